package settings_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// tree is a course: its files by path, those of the local layer below "local/".
// A text notebook is one that holds the word "jupytext".
type tree map[string]string

// with returns the tree with another file.
func (tr tree) with(path, text string) tree {
	out := maps.Clone(tr)
	out[path] = text
	return out
}

// plainTree returns a tree of files that hold nothing.
func plainTree(paths ...string) tree {
	tr := tree{}
	for _, p := range paths {
		tr[p] = ""
	}
	return tr
}

func (tr tree) input() settings.Input {
	in := settings.Input{
		Read: func(layer settings.Layer, name string) ([]byte, error) {
			text, found := tr[string(layer)+"/"+name]
			if !found {
				return nil, fmt.Errorf("open: %w", fs.ErrNotExist)
			}
			return []byte(text), nil
		},
		IsNotebook: func(path string) (bool, error) { return strings.Contains(tr[path], "jupytext"), nil },
	}
	for p := range tr {
		if strings.HasPrefix(p, "local/") {
			continue
		}
		in.Paths = append(in.Paths, p)
		if slices.Contains([]string{".ipynb", ".md", ".py"}, path.Ext(p)) {
			in.Notebooks = append(in.Notebooks, p)
		}
	}
	return in
}

func (tr tree) evaluate(t *testing.T) settings.Settings {
	t.Helper()
	s, err := settings.Evaluate(t.Context(), tr.input())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// yaml returns a course of some notebooks with a nbhosting.yaml.
func yaml(text string) tree {
	return plainTree("w1/a.ipynb", "w1/b.md", "w2/c.py", "data/x.csv").with(".nbhosting/nbhosting.yaml", text)
}

// outline writes tracks as lines, to be compared.
func outline(tracks []settings.Track) string {
	var b strings.Builder
	for _, t := range tracks {
		fmt.Fprintf(&b, "%s|%s|%s\n", t.ID, t.Name, t.Description)
		for _, s := range t.Sections {
			fmt.Fprintf(&b, " %s: %s\n", s.Name, strings.Join(s.Notebooks, " "))
		}
	}
	return b.String()
}

// brief writes findings as lines, to be looked through.
func brief(findings []settings.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s:%d %s\n", f.Severity, f.File, f.Line, f.Message)
	}
	return b.String()
}

// wantFindings checks that the findings are these, in this order, by what each
// line of brief holds.
func wantFindings(t *testing.T, s settings.Settings, want ...string) {
	t.Helper()
	if len(s.Findings) != len(want) {
		t.Errorf("%d findings, want %d:\n%s", len(s.Findings), len(want), brief(s.Findings))
		return
	}
	for i, f := range s.Findings {
		line := brief([]settings.Finding{f})
		for part := range strings.SplitSeq(want[i], " … ") {
			if !strings.Contains(line, part) {
				t.Errorf("finding %d does not hold %q:\n%s", i, part, line)
			}
		}
	}
}
