package settings_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestTracks(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"as written, twice if so", section("    notebooks: [w2/*, w1/*, w1/a.ipynb]\n"), "t|t|d\n s: w2/c.py w1/a.ipynb w1/b.md w1/a.ipynb\n"},
		{"extension left out", section("    notebooks: [w1/a, \"w2/?\"]\n"), "t|t|d\n s: w1/a.ipynb w2/c.py\n"},
		{"matches by itself", section("    notebooks: [w1/*a*]\n"), "t|t|d\n s: w1/a.ipynb\n"},
		{"single text", section("    notebooks: \"*/*.md\"\n"), "t|t|d\n s: w1/b.md\n"},
		{"only notebooks count", section("    notebooks: [data/*, \"**/*\"]\n"), "t|t|d\n s: w1/a.ipynb w1/b.md w2/c.py\n"},
		{"empty section", "tracks: [{name: t, description: d, sections: [{name: a, notebooks: []}, {name: b, notebooks: [x]}, {name: c, notebooks: [w1/a]}]}]", "t|t|d\n c: w1/a.ipynb\n"},
		{"empty track", "tracks: [{name: t, description: d, sections: []}]", "t|t|d\n"},
		{"id of the name", "tracks: [{name: a b  & c, description: '', sections: []}]", "a-b--and-c|a b  & c|\n"},
		{"empty id", "tracks: [{name: a b, id: '', description: d, sections: []}]", "a-b|a b|d\n"},
		{"upstream's words", "tracks: [{sections: [{notebooks: [w1/a]}]}]", "name|name|description\n name: w1/a.ipynb\n"},
		{"id alone", "tracks: [{id: x, sections: []}]", "x|name|description\n"},
		{"numbers", "tracks: [{name: 1, id: 02, description: 1.50, sections: [{name: yes, notebooks: [w1/a]}]}]", "02|1|1.50\n yes: w1/a.ipynb\n"},
		{"last of two keys", "tracks: [{name: a, name: b, description: d, sections: []}]", "b|b|d\n"},
		{"merged", "x: &x {name: a, description: d}\ntracks: [{<<: *x, id: one, sections: []}, {name: b, <<: [*x, {name: c, sections: []}]}]", "one|a|d\nb|b|d\n"},
		{"filtered", "tracks: [{name: a, description: d, sections: []}, {name: b, description: d, sections: []}]\ntracks-filter: [b, c]", "b|b|d\n"},
		{"all filtered", "tracks: [{name: a, description: d, sections: []}]\ntracks-filter: [b]", ""},
		{"empty filter", "tracks: [{name: a, description: d, sections: []}]\ntracks-filter: []", "a|a|d\n"},
		{"hidden", section("    notebooks: [\"*/*\"]\n") + "hidden: [w1/a]\n", "t|t|d\n s: w1/b.md w2/c.py\n"},
	} {
		if diff := cmp.Diff(c.want, outline(yaml(c.yaml).evaluate(t).Tracks)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestOddNames shows that what git knows as a name is one.
func TestOddNames(t *testing.T) {
	odd := []string{"a b.md", "a#b.md", "a%20b.md", "a'b\".md", "a+b?.md", "caf\u00e9.md", "cafe\u0301.md", "A.md", "a.md", "a.b.c.md", "[1].md"}
	tr := plainTree(odd...)
	for _, name := range odd {
		s := tr.with("nbhosting/nbhosting.yaml", section("    notebooks:\n    - "+quoteYAML(name)+"\n")).evaluate(t)
		if name == "[1].md" {
			wantFindings(t, s, "matches no notebook")
			continue
		}
		if diff := cmp.Diff("t|t|d\n s: "+name+"\n", outline(s.Tracks)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
	}
}

func quoteYAML(s string) string {
	out := "'"
	for _, r := range s {
		if r == '\'' {
			out += "'"
		}
		out += string(r)
	}
	return out + "'"
}

// runner answers for a tracks.py with one track that is named as its text, and
// keeps what it was asked.
type runner struct {
	asked []settings.TracksProgram
	says  settings.TracksAnswer
	fails error
}

func (r *runner) run(_ context.Context, p settings.TracksProgram) (settings.TracksAnswer, error) {
	r.asked = append(r.asked, p)
	a := r.says
	if a.Tracks == nil && a.Findings == nil {
		a.Tracks = []settings.Track{{ID: p.Text, Name: p.Text, Sections: []settings.Section{}}}
	}
	return a, r.fails
}

func (r *runner) evaluate(t *testing.T, tr tree) settings.Settings {
	t.Helper()
	in := tr.input()
	in.Course = "tour"
	in.RunTracks = r.run
	s, err := settings.Evaluate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTracksFile(t *testing.T) {
	base := plainTree("w1/a.ipynb")
	for _, c := range []struct {
		name     string
		tree     tree
		file     string // that is run
		track    string
		findings []string
	}{
		{"dotted", base.with(".nbhosting/tracks.py", "x"), ".nbhosting/tracks.py", "x", nil},
		{
			"plain wins", base.with(".nbhosting/tracks.py", "x").with("nbhosting/tracks.py", "y"), "nbhosting/tracks.py", "y",
			[]string{"warning .nbhosting/tracks.py:0 This file is ignored, because nbhosting/tracks.py is used"},
		},
		{"local wins", base.with("local/tracks.py", "x").with("nbhosting/tracks.py", "y"), "local/tour/tracks.py", "x", nil},
		{"YAML of another matter", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "builds: []"), "nbhosting/tracks.py", "x", nil},
		{"YAML wins", base.with("local/tracks.py", "x").with(".nbhosting/nbhosting.yaml", good), "", "t", []string{"local/tour/tracks.py:0 This file is ignored, because .nbhosting/nbhosting.yaml defines the tracks"}},
		{"empty YAML wins", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "tracks: []"), "", "generic", []string{"nbhosting/tracks.py:0 This file is ignored"}},
		{"filtered", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "tracks-filter: [x, y]"), "nbhosting/tracks.py", "x", []string{":1 “tracks-filter” keeps \"y\""}},
		{"all filtered", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "tracks-filter: [y]"), "nbhosting/tracks.py", "", []string{"keeps \"y\"", "“tracks-filter” leaves none of the tracks"}},
	} {
		var r runner
		s := r.evaluate(t, c.tree)
		if c.file == "" && len(r.asked) > 0 || c.file != "" && (len(r.asked) != 1 || r.asked[0].File != c.file) {
			t.Errorf("%s: asked for %+v, want %q", c.name, r.asked, c.file)
		}
		if c.track == "" && len(s.Tracks) > 0 || c.track != "" && (len(s.Tracks) != 1 || s.Tracks[0].ID != c.track) {
			t.Errorf("%s: tracks %+v", c.name, s.Tracks)
		}
		wantFindings(t, s, c.findings...)
	}
}

// TestTracksProgram shows what a tracks.py is told.
func TestTracksProgram(t *testing.T) {
	var r runner
	r.evaluate(t, plainTree("w1/a.ipynb", "w1/b.ipynb", "w1/c.md", "data/x.csv").
		with("w1/d.py", "jupytext").with("nbhosting/tracks.py", "x").with("nbhosting/nbhosting.yaml", "hidden: [w1/b*]"))
	want := []settings.TracksProgram{{
		Course: "tour", File: "nbhosting/tracks.py", Text: "x",
		Notebooks: []string{"nbhosting/tracks.py", "w1/a.ipynb", "w1/c.md", "w1/d.py"},
		Listed:    []string{"w1/a.ipynb", "w1/d.py"},
		Hidden:    []string{"w1/b.ipynb"},
	}}
	if diff := cmp.Diff(want, r.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTracksAnswer shows what becomes of what a tracks.py says.
func TestTracksAnswer(t *testing.T) {
	tr := plainTree("w1/a.ipynb").with("nbhosting/tracks.py", "x")
	finding := func(severity settings.Severity) []settings.Finding {
		return []settings.Finding{{Severity: severity, File: "nbhosting/tracks.py", Line: 3, Message: "So it is."}}
	}
	r := runner{says: settings.TracksAnswer{Findings: finding(settings.SeverityError)}}
	s := r.evaluate(t, tr)
	wantFindings(t, s, "error nbhosting/tracks.py:3 So it is.")
	if !s.Refused() || outline(s.Tracks) != "generic|generic|generated track from all ipynb's found in repo\n w1: w1/a.ipynb\n" {
		t.Errorf("an error: refused %v, %s", s.Refused(), outline(s.Tracks))
	}

	twins := []settings.Track{{ID: "a", Sections: []settings.Section{}}, {ID: "a", Sections: []settings.Section{}}, {ID: "b/c", Sections: []settings.Section{}}}
	r = runner{says: settings.TracksAnswer{Tracks: twins, Findings: finding(settings.SeverityWarning)}}
	s = r.evaluate(t, tr)
	wantFindings(t, s, "nbhosting/tracks.py:0 Two tracks have the id \"a\"", "nbhosting/tracks.py:0 … “/”", "warning nbhosting/tracks.py:3 So it is.")
	if s.Refused() || len(s.Tracks) != 3 {
		t.Errorf("warnings: refused %v, %s", s.Refused(), outline(s.Tracks))
	}

	wantFindings(t, tr.evaluate(t), "warning nbhosting/tracks.py:0 This site does not run this file")

	in := tr.input()
	r = runner{fails: errors.New("no")}
	in.RunTracks = r.run
	if _, err := settings.Evaluate(t.Context(), in); !errors.Is(err, r.fails) {
		t.Errorf("error %v", err)
	}
}
