package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
)

func list(mappings []nbhosting.StaticMapping) string {
	var out []string
	for _, m := range mappings {
		out = append(out, m.Source+"="+m.Destination)
	}
	return strings.Join(out, " ")
}

func TestStaticMappings(t *testing.T) {
	files := plainTree("data/x.csv", "database/y", "sub/media/rise.css", "sub/media/a/b.png", "secret/key")
	item := func(source, destination string) string {
		return "- {source: '" + source + "', destination: '" + destination + "'}\n"
	}
	for _, c := range []struct {
		name, yaml, file string // a file of "-" is none
		mappings, links  string
		findings         []string
	}{
		{"silence", "", "-", "media=media data=data", "data=data", nil},
		{"YAML of another matter", "bar: true", "-", "media=media data=data", "data=data", nil},
		{"none", "static-mappings: []", "-", "", "", nil},
		{"null", "static-mappings:", "-", "", "", []string{"has no value"}},
		{
			"directories and files", "static-mappings:\n" + item("data", "./data/") + item("m", "sub/media") + item("rise.css", "sub/media/rise.css"), "-",
			"data=data m=sub/media rise.css=sub/media/rise.css", "data=data m=sub/media rise.css=sub/media/rise.css", nil,
		},
		{"absent", "static-mappings:\n" + item("media", "media") + item("dat", "dat"), "-", "media=media dat=dat", "", []string{":2 The static mapping \"media\" makes no link", ":3 The static mapping \"dat\""}},
		{"twice the same", "static-mappings:\n" + item("data", "data") + item("data", "data"), "-", "data=data data=data", "data=data", nil},
		{"twice", "static-mappings:\n" + item("data", "data") + item("data", "sub"), "-", "data=data data=sub", "data=sub", []string{":3 Two static mappings are called \"data\""}},
		{
			"out", "static-mappings:\n" + item("a", "../x") + item("a", "/etc") + item("a", ".") + item("../a", "data") + item("a/b", "data") + item("..", "data"), "-", "", "",
			[]string{":2 … not a path in the repository", ":3 … not a path", ":4 … not a path", ":5 … lies beside the notebook", ":6 … lies beside", ":7 … lies beside"},
		},
		{"hidden", "hidden: [secret]\nstatic-mappings:\n" + item("s", "secret"), "-", "s=secret", "", []string{"makes no link … or hidden"}},
		{"file", "", "# ours\n\n  data->data \r\nm -> sub/media", "data=data m=sub/media", "data=data m=sub/media", nil},
		{"empty file", "", "", "", "", nil},
		{
			"bad lines", "", "data -> data # ours\ndata\na -> b -> c\n-> b\na ->\ndata -> data", "data=data", "data=data",
			[]string{"nbhosting/static-mappings:1 … a line of its own", ":2 This line is ignored: write it as in", ":3 This", ":4 This", ":5 This"},
		},
		{"absent in a file", "", "data -> dat", "data=dat", "", []string{"nbhosting/static-mappings:1 The static mapping \"data\" makes no link"}},
		{"a file of Windows", "", "\ufeffm -> data\r\nn -> data", "m=data n=data", "m=data n=data", nil},
		{"a file of an old Macintosh", "", "m -> data\rn -> data\r", "m=data n=data", "m=data n=data", nil},
		{"a file in UTF-16", "", "\xff\xfem\x00-\x00>\x00d\x00a\x00t\x00a\x00", "m=data", "m=data", nil},
		{"no text", "", "m -> data\n\xe9 -> data", "media=media data=data", "data=data", []string{"error nbhosting/static-mappings:2 … not UTF-8"}},
		{"a large file", "", strings.Repeat("m -> data\n", 1<<20), "media=media data=data", "data=data", []string{"error nbhosting/static-mappings:0 … too large"}},
		{"file beside YAML", "bar: true", "m -> data", "m=data", "m=data", nil},
		{"YAML wins", "static-mappings: []", "m -> data", "", "", []string{"nbhosting/static-mappings:0 This file is ignored, because .nbhosting/nbhosting.yaml speaks of static mappings"}},
	} {
		tr := files.with(".nbhosting/nbhosting.yaml", c.yaml)
		if c.file != "-" {
			tr = tr.with("nbhosting/static-mappings", c.file)
		}
		s := tr.evaluate(t)
		if got := list(s.StaticMappings); got != c.mappings {
			t.Errorf("%s: mappings %q, want %q", c.name, got, c.mappings)
		}
		if got := list(s.Links); got != c.links {
			t.Errorf("%s: links %q, want %q", c.name, got, c.links)
		}
		t.Run(c.name, func(t *testing.T) { wantFindings(t, s, c.findings...) })
	}
}

func TestTheHighestMappingsFileWins(t *testing.T) {
	tr := plainTree("data/x").with(".nbhosting/static-mappings", "a -> data").with("nbhosting/static-mappings", "b -> data")
	s := tr.evaluate(t)
	if got := list(s.Links); got != "b=data" {
		t.Errorf("links %q", got)
	}
	wantFindings(t, s, "warning .nbhosting/static-mappings:0 This file is ignored, because nbhosting/static-mappings is used")
	s = tr.with("local/static-mappings", "c -> data").evaluate(t)
	if got := list(s.Links); got != "c=data" {
		t.Errorf("links %q", got)
	}
}

func TestStaticMappingsAreBounded(t *testing.T) {
	var lines strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&lines, "m%d -> data\n", i)
	}
	s := plainTree("data/x").with("nbhosting/static-mappings", lines.String()).evaluate(t)
	if len(s.Links) != 1000 {
		t.Errorf("%d links", len(s.Links))
	}
	wantFindings(t, s, "error nbhosting/static-mappings:1001 There are more than 1000")
}
