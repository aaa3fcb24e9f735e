package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
)

// TestLayersAreMerged shows what three layers make together.
func TestLayersAreMerged(t *testing.T) {
	s := plainTree("a.md", "b.md", "c.md", "x", "y", "z", "draft.md").
		with("local/nbhosting.yaml", `
tracks: [{name: c, description: d, sections: [{name: s, notebooks: [c]}]}]
tracks-filter: [a, c]
static-mappings: [{source: z, destination: z}]
builds: [{name: c}]
general: {notebook-url-format: "lab/tree/{notebook}"}
hidden: [z]
`).with("nbhosting/nbhosting.yaml", `
tracks: [{name: b, description: d, sections: [{name: s, notebooks: [b]}]}]
tracks-filter: [b]
builds-filter: [b, c]
static-mappings: [{source: y, destination: y}]
builds: [{name: b}]
bar: false
hidden: [draft]
general: {notebook-url-format: "doc/tree/{notebook}"}
`).with(".nbhosting/nbhosting.yaml", `
tracks: [{name: a, description: d, sections: [{name: s, notebooks: [a]}]}]
builds-filter: [a]
static-mappings: [{source: x, destination: x}]
builds: [{name: a}]
bar: true
general: {notebook-url-format: "notebooks/{notebook}"}
`).evaluate(t)
	wantFindings(t, s, "warning local/nbhosting.yaml:4 The static mapping \"z\" makes no link")
	if got, want := outline(s.Tracks), "a|a|d\n s: a.md\nc|c|d\n s: c.md\n"; got != want {
		t.Errorf("tracks %s", got)
	}
	mapping := func(name string) nbhosting.StaticMapping {
		return nbhosting.StaticMapping{Source: name, Destination: name}
	}
	if diff := cmp.Diff([]nbhosting.StaticMapping{mapping("x"), mapping("y"), mapping("z")}, s.StaticMappings); diff != "" {
		t.Errorf("mappings (-want +got):\n%s", diff)
	}
	if len(s.Builds) != 2 || s.Builds[0].ID != "b" || s.Builds[1].ID != "c" {
		t.Errorf("builds %+v", s.Builds)
	}
	if s.Bar || s.NotebookURLFormat != "lab/tree/{notebook}" {
		t.Errorf("bar %v, format %q", s.Bar, s.NotebookURLFormat)
	}
	if diff := cmp.Diff([]string{"draft", "z"}, s.Hidden); diff != "" {
		t.Errorf("hidden (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "c"}, s.TracksFilter); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
}

func TestAnEmptyFilterOfAHigherLayerWins(t *testing.T) {
	s := yaml(good+"tracks-filter: [x]\n").with("local/nbhosting.yaml", "tracks-filter: []").evaluate(t)
	if got, want := outline(s.Tracks), "t|t|d\n s: w1/a.ipynb\n"; got != want {
		t.Errorf("tracks %s", got)
	}
	wantFindings(t, s)
}

func TestBar(t *testing.T) {
	for text, want := range map[string]bool{"": true, "bar: true": true, "bar: false": false, "bar: no": false, "bar: 'False'": false, "bar: on": true, "bar:": true, "bar: 0": true} {
		if got := yaml(text).evaluate(t).Bar; got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestNotebookURLFormat(t *testing.T) {
	for format, want := range map[string]string{
		"notebooks/{notebook}":                         "notebooks/{notebook}",
		"/edit/{notebook}?factory=Jupytext%20Notebook": "/edit/{notebook}?factory=Jupytext%20Notebook",
		"lab":                "",
		"../{notebook}":      "",
		"x/../../{notebook}": "",
		`..\{notebook}`:      "",
	} {
		s := yaml("general: {notebook-url-format: '" + format + "'}").evaluate(t)
		if s.NotebookURLFormat != want {
			t.Errorf("%q: got %q", format, s.NotebookURLFormat)
		}
	}
}

// TestTheSameFileInBothDirectories has one that is a symlink to the other.
func TestTheSameFileInBothDirectories(t *testing.T) {
	const text = "tracks: [{name: t, description: d, sections: []}]\n"
	tr := tree{".nbhosting/nbhosting.yaml": text, "nbhosting/nbhosting.yaml": text}
	s := tr.evaluate(t)
	if got := outline(s.Tracks); got != "t|t|d\n" {
		t.Errorf("got %s", got)
	}
	wantFindings(t, s, "warning nbhosting/nbhosting.yaml:0 … the same as .nbhosting/nbhosting.yaml")
	s = tr.with("local/nbhosting.yaml", text).evaluate(t)
	if len(s.Tracks) != 2 {
		t.Errorf("with a local one: %s", outline(s.Tracks))
	}
}
