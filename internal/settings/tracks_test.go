package settings_test

import (
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

func TestTracksFile(t *testing.T) {
	const generic = "generic"
	base := plainTree("w1/a.ipynb")
	for _, c := range []struct {
		name     string
		tree     tree
		file     *settings.File
		track    string
		findings []string
	}{
		{"dotted", base.with(".nbhosting/tracks.py", "x"), &settings.File{Layer: ".nbhosting", Path: ".nbhosting/tracks.py"}, generic, []string{"warning .nbhosting/tracks.py:0 This file is not read yet"}},
		{
			"plain wins", base.with(".nbhosting/tracks.py", "x").with("nbhosting/tracks.py", "y"), &settings.File{Layer: "nbhosting", Path: "nbhosting/tracks.py"}, generic,
			[]string{"warning .nbhosting/tracks.py:0 This file is ignored, because nbhosting/tracks.py is used", "not read yet"},
		},
		{"local wins", base.with("local/tracks.py", "x").with("nbhosting/tracks.py", "y"), &settings.File{Layer: "local", Path: "local/tour/tracks.py"}, generic, []string{"local/tour/tracks.py:0 This file is not read yet"}},
		{"YAML of another matter", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "builds: []"), &settings.File{Layer: "nbhosting", Path: "nbhosting/tracks.py"}, generic, []string{"not read yet"}},
		{"YAML wins", base.with("local/tracks.py", "x").with(".nbhosting/nbhosting.yaml", good), nil, "t", []string{"local/tour/tracks.py:0 This file is ignored, because .nbhosting/nbhosting.yaml defines the tracks"}},
		{"empty YAML wins", base.with("nbhosting/tracks.py", "x").with(".nbhosting/nbhosting.yaml", "tracks: []"), nil, generic, []string{"nbhosting/tracks.py:0 This file is ignored"}},
	} {
		in := c.tree.input()
		in.Course = "tour"
		s, err := settings.Evaluate(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.file, s.TracksFile); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if len(s.Tracks) != 1 || s.Tracks[0].ID != c.track {
			t.Errorf("%s: tracks %+v", c.name, s.Tracks)
		}
		wantFindings(t, s, c.findings...)
	}
}
