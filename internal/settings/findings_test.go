package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
)

type yamlCase struct {
	name, yaml string
	want       []string // what each finding holds, parts between “ … ”
}

const good = "tracks: [{name: t, description: d, sections: [{name: s, notebooks: [w1/a]}]}]\n"

func track(rest string) string {
	return "tracks:\n- name: t\n  description: d\n" + rest
}

func section(rest string) string {
	return track("  sections:\n  - name: s\n" + rest)
}

// yamlCases are texts of nbhosting.yaml, with all that is found in each.
func yamlCases() []yamlCase {
	return []yamlCase{
		{"nothing", "", nil},
		{"comments", "# nothing\n---\n", nil},
		{"good", good, nil},
		{"anchors", "tracks:\n- &t {name: t, description: d, id: one, sections: [{name: s, notebooks: [w1/a]}]}\n- {<<: *t, id: two}\n", nil},

		// Not YAML.
		{"colon", "tracks:\n- name: a: b\n", []string{"error .nbhosting/nbhosting.yaml:2 … not valid YAML"}},
		{"tab", "tracks:\n\t- name: a\n", []string{"error .nbhosting/nbhosting.yaml:2 … not valid YAML"}},
		{"indentation", "tracks:\n  - name: a\n - name: b\n", []string{"error .nbhosting/nbhosting.yaml:3 … not valid YAML"}},
		{"unclosed", "x: y\na: [b\nc: d\ne: f\n", []string{"error .nbhosting/nbhosting.yaml:2 … not valid YAML"}},
		{"broken late", good + good[:len(good)-3] + "\nbuilds: []\n", []string{"error .nbhosting/nbhosting.yaml:2 … not valid YAML"}},
		{"real life", "tracks:\n  - name: a\n    sections:\n    - name: b\n      notebooks:\n      - x\n- name: c\n  sections:\n", []string{"error .nbhosting/nbhosting.yaml:7 … not valid YAML"}},
		{"star", section("    notebooks:\n    - w1/a\n    - *.md\n"), []string{"error .nbhosting/nbhosting.yaml:8 … in quotes. Write \"*.md\""}},
		{"star name", section("    notebooks: # *x\n    - *x\n"), []string{"error .nbhosting/nbhosting.yaml:7 … in quotes. Write \"*x\""}},
		{"two documents", good + "---\na: b\n", []string{"error .nbhosting/nbhosting.yaml:3 … second YAML document"}},
		{"broken second", good + "---\n[", []string{"error .nbhosting/nbhosting.yaml:3 … not valid YAML"}},
		{"not text", "a: b\nc: \xff\n", []string{"error .nbhosting/nbhosting.yaml:2 … not UTF-8 text"}},
		{"Latin-1 at the end of a line", "bar: true\n# caf\xe9\n# y\n", []string{"error .nbhosting/nbhosting.yaml:2 … not UTF-8 text"}},
		{"UTF-16", "\xff\xfeb\x00a\x00r\x00:\x00 \x00y\x00e\x00s\x00\n\x00", nil},
		{"wrong in UTF-16", "\xfe\xff\x00#\x00\n\x00a\x00:\x00 \x00b\x00:\x00 \x00c\x00\n\x00#\x00\n", []string{"error .nbhosting/nbhosting.yaml:2 … not valid YAML"}},
		{"as large as is read", good + "#" + strings.Repeat("x", 1<<20-len(good)-1), []string{"error .nbhosting/nbhosting.yaml:0 … too large"}},
		{"shortened key", "tracks: [{name: t, desc: d, description: d, sections: []}]\n", []string{"nearest known one is \"description\""}},
		{"a track without a word for a name", "tracks: [{name: '', description: d, sections: []}]\n", []string{"A track has no “name”: students read \"name\""}},
		{"idle filters", "tracks-filter: [a]\nbuilds-filter: [b]\n", []string{":1 “tracks-filter” has nothing to choose from", ":2 “builds-filter” has nothing"}},
		{"large", "#" + strings.Repeat("x", 1<<20), []string{"error .nbhosting/nbhosting.yaml:0 … bytes"}},

		// Wrong types.
		{"top list", "- a\n", []string{"error .nbhosting/nbhosting.yaml:1 Instead of keys and values, nbhosting.yaml is a list"}},
		{"tracks mapping", "tracks:\n  name: a\n", []string{"error .nbhosting/nbhosting.yaml:2 “tracks” has to be a list, and is a mapping"}},
		{"tracks text", "\ntracks: a\n", []string{":2 “tracks” has to be a list, and is a text"}},
		{"track text", "tracks: [a]\n", []string{"error … :1 Instead of keys and values, a track is a text"}},
		{"sections mapping", track("  sections:\n    name: a\n"), []string{"error … :5 “sections” has to be a list"}},
		{"section text", track("  sections: [a]\n"), []string{"error … :4 Instead of keys and values, a section is a text"}},
		{"name list", "tracks:\n- name: [a]\n  description: d\n  sections: []\n", []string{"error … :2 The “name” of a track has to be a text, and is a list", "warning … A track has no “name”"}},
		{"notebooks mapping", section("    notebooks:\n      w1/a: x\n"), []string{"error … :7 “notebooks” has to be a list, and is a mapping"}},
		{"pattern list", section("    notebooks: [[w1/a]]\n"), []string{"error … :6 An item of “notebooks” has to be a text, and is a list"}},
		{"general list", "general: []\n", []string{"error … Instead of keys and values, “general” is a list"}},
		{"bar", "bar: maybe\n", []string{"error … :1 “bar” is \"maybe\""}},
		{"bar list", "bar: []\n", []string{"error … “bar” has to be a text"}},
		{"mappings mapping", "static-mappings: {data: data}\n", []string{"error … “static-mappings” has to be a list"}},
		{"key list", "? [a]\n: b\n", []string{"error … :1 A key has to be a text, and is a list"}},
		{"merge text", "<<: a\n", []string{"error … “<<” has to name a mapping, and names a text"}},
		{"merge circle", "general: &a\n  <<: *a\n", []string{"error … in a circle"}},

		// Scalars of another type are texts, as existing sites show them.
		{"number", "tracks:\n- name: 2024\n  description: 1.5\n  id: true\n  sections: []\n", []string{
			"warning … :2 The “name” of a track is a number, taken as the text \"2024\"", ":3 … is a number … \"1.5\"", ":4 … a truth value … \"true\"",
		}},
		{"date", "tracks:\n- name: 2024-01-01\n  description: d\n  sections: []\n", []string{"warning … is a date"}},

		// Null, and single texts.
		{"null lists", "tracks:\nbuilds:\nstatic-mappings: ~\nhidden: null\ntracks-filter:\nbuilds-filter:\n", []string{
			"warning … :1 “tracks” has no value, taken as an empty list", ":2 “builds” has no value", ":3 “static-mappings” has no value", ":4 “hidden” has no value", ":5 “tracks-filter”", ":6 “builds-filter”",
		}},
		{"null notebooks", section("    notebooks:\n"), []string{"warning … :6 “notebooks” has no value"}},
		{"null sections", track("  sections:\n"), []string{"warning … :4 “sections” has no value"}},
		{"null name", "tracks:\n- name:\n  description: d\n  sections: []\n", []string{"warning … :2 The “name” of a track has no value", "warning … A track has no “name”"}},
		{"null general", "general:\n", []string{"warning … “general” has no value"}},
		{"null item", section("    notebooks:\n    - w1/a\n    -\n"), []string{"warning … :8 An item of “notebooks” is empty"}},
		{"single text", section("    notebooks: w1/*.ipynb\n"), []string{"warning … :6 “notebooks” is a single text, taken as a list of one. Write it as in [\"w1/*.ipynb\"]"}},
		{"single filter", good + "tracks-filter: t\n", []string{"warning … :2 “tracks-filter” is a single text"}},

		// Keys.
		{"unknown", "trakcs: []\n", []string{"warning … :1 The key \"trakcs\" is not known in nbhosting.yaml, and is ignored. The nearest known one is \"tracks\""}},
		{"unknown case", "Static_Mappings: []\n", []string{"The nearest known one is \"static-mappings\""}},
		{"unknown general", "general: {notebook-url: x}\n", []string{"is not known in “general” … \"notebook-url-format\""}},
		{"unknown section", section("    notebooks: [w1/a]\n    titel: x\n"), []string{":7 The key \"titel\" is not known in a section"}},
		{"unknown mapping", "static-mappings: [{source: data, destination: data, desination: x}]\n", []string{"\"desination\" … The nearest known one is \"destination\""}},
		{"misplaced", track("  notebooks: [w1/a]\n  sections: []\n"), []string{":4 The key \"notebooks\" is not known in a track, and is ignored. It belongs in a section"}},
		{"misplaced sections", "tracks:\n- name: t\n  description: d\nsections:\n- name: s\n", []string{"warning … :2 The track \"t\" has no “sections”", "warning … :4 The key \"sections\" is not known in nbhosting.yaml, and is ignored. It belongs in a track"}},
		{"twice", "bar: true\nbar: false\n", []string{"warning … :2 The key \"bar\" is in nbhosting.yaml twice"}},

		// Names.
		{"no name", "tracks:\n- sections:\n  - notebooks: [w1/a]\n", []string{
			":2 A track has no “name”: students read \"name\"", ":2 The track “name” has no “description”", ":3 A section has no “name”",
		}},
		{"no notebooks", section(""), []string{":5 The section \"s\" has no “notebooks”"}},
		{"same id", "tracks:\n- {name: t, description: d, sections: []}\n- {name: t, description: d, sections: []}\n", []string{":3 Two tracks have the id \"t\""}},
		{"slash", "tracks: [{name: a/b, description: d, sections: []}]\n", []string{"warning … id holds “/”"}},

		// Patterns.
		{"no match", section("    notebooks: [w1/a, w9/*]\n"), []string{"warning … :6 The pattern \"w9/*\" of the section “s” matches no notebook"}},
		{"directory", section("    notebooks: [w1]\n"), []string{"\"w1\" … matches no notebook"}},
		{"directories", section("    notebooks: [\"w1/**\"]\n"), []string{"matches directories, and no notebook. Write \"w1/**/*\""}},
		{"stars", section("    notebooks: [\"w1/**.md\"]\n"), []string{"“**” means “*”"}},
		{"up", section("    notebooks: [../a, w1/a]\n"), []string{"warning … \"../a\" of the section “s” is refused: it holds “..”"}},
		{"absolute", section("    notebooks: [/w1/a]\n"), []string{"is refused: it begins with “/”"}},
		{"empty", section("    notebooks: [\"\"]\n"), []string{"is refused: it is empty"}},

		// Filters.
		{"filter", good + "tracks-filter: [t, u]\n", []string{":2 “tracks-filter” keeps \"u\", which is the id of none of the tracks. There are: t."}},
		{"filter all", good + "tracks-filter: [u]\n", []string{"keeps \"u\"", "“tracks-filter” leaves none"}},

		// The rest.
		{"url", "general: {notebook-url-format: lab}\n", []string{"warning … does not hold {notebook}"}},
		{"url out", "general:\n  notebook-url-format: ../{notebook}\n", []string{"warning … :2 “notebook-url-format” is ignored"}},
		{"half a mapping", "static-mappings: [{source: data}]\n", []string{"warning … needs a “source”"}},
		{"hidden", "hidden: [solutions]\n", []string{"warning … :1 The pattern \"solutions\" of “hidden” matches no file"}},
		{"hidden up", "hidden: [../x]\n", []string{"warning … of “hidden” is refused"}},
	}
}

func TestFindings(t *testing.T) {
	for _, c := range yamlCases() {
		t.Run(c.name, func(t *testing.T) {
			wantFindings(t, yaml(c.yaml).evaluate(t), c.want...)
		})
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]bool{"": false, "x: y": false, "tracks: 1": true, "a: b: c": true} {
		if got := yaml(text).evaluate(t).Refused(); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// TestErrorsLeaveTheRest shows that what can be read is used beside an error.
func TestErrorsLeaveTheRest(t *testing.T) {
	s := yaml("bar: false\ntracks:\n- 1\n- {name: t, description: d, sections: [x, {name: s, notebooks: [[x], w1/a]}]}\n").evaluate(t)
	if got, want := outline(s.Tracks), "t|t|d\n s: w1/a.ipynb\n"; got != want {
		t.Errorf("got %s", got)
	}
	if s.Bar || !s.Refused() {
		t.Errorf("bar %v, refused %v", s.Bar, s.Refused())
	}
	s = yaml("a: b: c").with("nbhosting/nbhosting.yaml", good).evaluate(t)
	if got, want := outline(s.Tracks), "t|t|d\n s: w1/a.ipynb\n"; got != want {
		t.Errorf("beside a broken layer: got %s", got)
	}
}

// TestABomb shows that aliases cannot make a small file stand for a huge one.
func TestABomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("x0: &x0 [w1/a]\ns: &s {name: s, notebooks: [" + strings.Repeat("w1/a,", 1000) + "]}\n")
	b.WriteString("t: &t {name: t, description: d, sections: [" + strings.Repeat("*s,", 1000) + "]}\n")
	b.WriteString("tracks: [" + strings.Repeat("*t,", 1000) + "]\n")
	s := yaml(b.String()).evaluate(t)
	if !s.Refused() || !strings.Contains(brief(s.Findings), "more than 100000 values") {
		t.Errorf("got %.2000s", brief(s.Findings))
	}
}

func TestFindingsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "key%d%s: 1\n", i, strings.Repeat("é", 100))
	}
	b.WriteString("tracks: 1\n")
	s := yaml(b.String()).evaluate(t)
	if len(s.Findings) != 501 || s.Findings[0].Severity != settings.SeverityError {
		t.Errorf("%d findings, the first %+v", len(s.Findings), s.Findings[0])
	}
	long := yaml(section("    notebooks: [w1/a, " + strings.Repeat("é", 50_000) + "]\n")).evaluate(t)
	if text := brief(long.Findings); len(text) > 1200 || !strings.Contains(text, "Mend it") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

// TestTooManyNotebooks shows the bound on what patterns list together.
func TestTooManyNotebooks(t *testing.T) {
	tr := tree{}
	for i := range 3000 {
		tr[fmt.Sprintf("%d.md", i)] = ""
	}
	s := tr.with(".nbhosting/nbhosting.yaml", section("    notebooks: ["+strings.Repeat("'*',", 100)+"]\n")).evaluate(t)
	wantFindings(t, s, "error … list more than 200000 notebooks")
	if n := len(s.Tracks[0].Sections[0].Notebooks); n != 198_000 {
		t.Errorf("%d notebooks", n)
	}
}

// TestFindingsAreLines has names that would look like findings of their own.
func TestFindingsAreLines(t *testing.T) {
	s := yaml("tracks: [{name: \"t\\nerror: x\"}]\n").evaluate(t)
	for _, f := range append(s.Findings, settings.Finding{File: "a\nerror: x"}) {
		if strings.Contains(f.Where()+f.Message, "\n") {
			t.Errorf("%s: %s", f.Where(), f.Message)
		}
	}
}
