package merge_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// begin returns a course's notebook to begin with: some of its cells are alike,
// some empty, and not every one has ids.
func begin(t *testing.T, r *rand.Rand) *notebook.Document {
	t.Helper()
	var parts []string
	ids := r.IntN(3) > 0
	for i := range r.IntN(12) {
		part := [...]string{"#title\nof part %d", "x = %[1]d\nprint(x)\nprint(x + %[1]d)", "#", "plt.show()", "f(%d) > 0"}[r.IntN(5)]
		if strings.Contains(part, "%") {
			part = fmt.Sprintf(part, i)
		}
		if ids {
			part = fmt.Sprintf("c%d:%s", i, part)
		}
		parts = append(parts, part)
	}
	d, err := notebook.Parse("a.ipynb", build(strings.Join(parts, " | ")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func bytesOf(t *testing.T, d *notebook.Document) []byte {
	t.Helper()
	content, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// typed returns the lines of all sources.
func typed(d *notebook.Document) map[string]bool {
	found := map[string]bool{}
	for _, c := range d.Cells {
		for line := range strings.SplitSeq(c.Source, "\n") {
			found[c.Type+": "+line], found[line] = true, true
		}
	}
	return found
}

// outputs returns all outputs.
func outputs(d *notebook.Document) map[string]bool {
	found := map[string]bool{}
	for _, c := range d.Cells {
		if c.HasOutputs() {
			found[text(c.Outputs)] = true
		}
	}
	return found
}

// lacks fails the test if something that is in one version but not in base is
// not in the result.
func lacks(t *testing.T, what string, base, version, result map[string]bool) {
	t.Helper()
	for thing := range version {
		if !base[thing] && !result[thing] {
			t.Errorf("%s is lost: %q", what, thing)
		}
	}
}

// TestNothingIsLost merges what people make of notebooks at random, in every form.
func TestNothingIsLost(t *testing.T) {
	var kept []string
	dir := t.TempDir()
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 0))
		base := begin(t, r)
		student, course := &person{name: "student", rand: r}, &person{name: "course", rand: r}
		mine := base.With(student.works(base.Cells, r.IntN(8)))
		theirs := base.With(course.works(base.Cells, r.IntN(8)))
		if r.IntN(4) == 0 {
			mine.Minor = 5 // Jupyter gives ids to those that have none
			mine = mine.With(mine.Cells)
		}
		checkMerge(t, "a.ipynb", base, mine, theirs, r.IntN(5) > 0)
		if t.Failed() {
			t.Fatalf("seed %d\nbase\n%s\nmine\n%s\ntheirs\n%s", seed, show(t, bytesOf(t, base), ""), show(t, bytesOf(t, mine), ""), show(t, bytesOf(t, theirs), ""))
		}
		if seed%20 == 0 {
			got, err := merge.Three("a.ipynb", bytesOf(t, base), bytesOf(t, mine), bytesOf(t, theirs), options)
			file := filepath.Join(dir, fmt.Sprintf("%d.ipynb", seed))
			if err != nil || os.WriteFile(file, got.Content, 0o600) != nil {
				t.Fatal(err)
			}
			kept = append(kept, file)
		}
	}
	validate(t, kept)
}

// checkMerge merges, with or without the base, and looks at what became of it.
func checkMerge(t *testing.T, file string, base, mine, theirs *notebook.Document, known bool) {
	t.Helper()
	from, to, new := bytesOf(t, base), bytesOf(t, mine), bytesOf(t, theirs)
	if !known {
		from = nil
	}
	got, err := merge.Three(file, from, to, new, options)
	if err != nil {
		t.Fatal(err)
	}
	result, err := notebook.Parse(file, got.Content)
	if err != nil {
		t.Fatalf("%v in %s", err, got.Content)
	}
	lacks(t, "a line of the student", typed(base), typed(mine), typed(result))
	lacks(t, "a line of the course", typed(base), typed(theirs), typed(result))
	lacks(t, "an output of the student", outputs(base), outputs(mine), outputs(result))
	checkIDs(t, result)
	if result.Minor < max(mine.Minor, theirs.Minor) {
		t.Errorf("minor %d", result.Minor)
	}
	checkLaws(t, file, from, to, new, got)
}

// checkLaws holds a merge to what is true of any.
func checkLaws(t *testing.T, file string, base, mine, theirs []byte, got merge.Result) {
	t.Helper()
	if base == nil {
		return
	}
	for _, law := range []struct {
		name                     string
		base, mine, theirs, want []byte
	}{
		{"both did the same", base, mine, mine, mine},
		{"the student did nothing", base, base, theirs, theirs},
		{"the course did nothing", base, mine, base, mine},
		{"merged once more", theirs, got.Content, theirs, got.Content},
	} {
		again, err := merge.Three(file, law.base, law.mine, law.theirs, options)
		if err != nil || string(again.Content) != string(law.want) || again.Conflicts > 0 {
			t.Errorf("%s: got %s, %v", law.name, again.Content, err)
		}
	}
	diff, err := merge.Diff(file, got.Content, got.Content)
	if err != nil || diff.Any() {
		t.Errorf("differs from itself: %+v, %v", diff, err)
	}
}

// TestNothingIsLostOfTexts does so for text notebooks.
func TestNothingIsLostOfTexts(t *testing.T) {
	starts := map[string]string{
		"a.md":    "---\njupyter:\n  kernelspec:\n    name: python3\n---\n\n# Title\n\ntext\nmore\n\n```python\nx = 1\n\ny = 2\n```\n\nend\n\nend",
		"myst.md": "---\nkernelspec:\n  name: python3\n---\n# Title\n```{code-cell}\nx = 1\n```\n```{code-cell}\ny = 1\n```\n+++\nlast\n",
		"a.py":    "# %% [markdown]\n# # Title\n\n# %%\nx = 1\n\ny = 1\n\n# %%\nz = 1\n",
		"b.py":    "# # Title\n\nx = 1\n\ndef f():\n    a\n\n    b\n",
		"a.txt":   "one\ntwo\n\nthree\n\n\nfour",
	}
	for file, start := range starts {
		for seed := range uint64(150) {
			r := rand.New(rand.NewPCG(seed, 1))
			base, err := notebook.Parse(file, []byte(start))
			if err != nil {
				t.Fatal(err)
			}
			student, course := &person{name: "student", rand: r, text: true}, &person{name: "course", rand: r, text: true}
			mine, theirs := base.With(student.works(base.Cells, r.IntN(6))), base.With(course.works(base.Cells, r.IntN(6)))
			checkTexts(t, file, bytesOf(t, base), bytesOf(t, mine), bytesOf(t, theirs))
			if t.Failed() {
				t.Fatalf("%s, seed %d\nmine\n%s\ntheirs\n%s", file, seed, bytesOf(t, mine), bytesOf(t, theirs))
			}
		}
	}
}

func checkTexts(t *testing.T, file string, base, mine, theirs []byte) {
	t.Helper()
	got, err := merge.Three(file, base, mine, theirs, options)
	if err != nil {
		t.Fatal(err)
	}
	all := func(text []byte) map[string]bool {
		found := map[string]bool{}
		for line := range strings.SplitSeq(string(text), "\n") {
			found[line] = true
		}
		return found
	}
	lacks(t, "a line of the student", all(base), all(mine), all(got.Content))
	lacks(t, "a line of the course", all(base), all(theirs), all(got.Content))
	checkLaws(t, file, base, mine, theirs, got)
}

// validate has Jupyter's own library look at notebooks.
func validate(t *testing.T, files []string) {
	t.Helper()
	dir := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	program := filepath.Join(dir, "python")
	if _, err := os.Stat(program); dir == "" || err != nil {
		if os.Getenv("NBHOSTING_TEST") == "require" {
			t.Fatal("no Python environment with Jupyter (NBHOSTING_TEST_PYTHON_BIN)")
		}
		t.Log("not validated by nbformat: no Python environment with Jupyter (NBHOSTING_TEST_PYTHON_BIN)")
		return
	}
	const script = `
import sys, nbformat
for file in sys.argv[1:]:
    notebook = nbformat.read(file, nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook, nbformat.NO_CONVERT) + "\n" == open(file).read(), file`
	out, err := exec.CommandContext(t.Context(), program, append([]string{"-W", "error", "-c", script}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("nbformat finds fault with a merged notebook: %v\n%s", err, out)
	}
}

// text returns the words of outputs.
func text(raw json.RawMessage) string {
	var outputs []struct{ Text []string }
	if json.Unmarshal(raw, &outputs) != nil || len(outputs) == 0 {
		var whole []struct{ Text string }
		_ = json.Unmarshal(raw, &whole)
		return whole[0].Text
	}
	return strings.Join(outputs[0].Text, "")
}
