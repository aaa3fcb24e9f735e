package revision_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestLinksInsideAreFollowed(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Link(map[string]string{
		"data/file.csv":   "../w1/file.csv",
		"data/dir":        "../w1",
		"data/chain":      "file.csv",
		"data/through":    "dir/sub/deep.csv", // through a link to a directory
		"data/.//up":      "./../data/../w1/sub",
		"media":           "w1/sub", // the target of a mapping is a link itself
		"modules/lib":     "../w1/sub/",
		"figures/current": "../w1", // a mapping lies below a link
	})
	a.Commit(map[string]string{
		"w1/file.csv": "1", "w1/sub/deep.csv": "2", "w1/sub/x.py": "x",
		"nbhosting/nbhosting.yaml": "static-mappings:\n- {source: data, destination: data}\n- {source: media, destination: media}\n" +
			"- {source: figs, destination: figures/current/sub}\n",
	})
	s := newSite(t)
	s.create(a.Dir)
	s.WantFiles("static/tour",
		"data/chain", "data/dir/file.csv", "data/dir/sub/deep.csv", "data/dir/sub/x.py", "data/file.csv", "data/through", "data/up/deep.csv", "data/up/x.py",
		"figures/current/sub/deep.csv", "figures/current/sub/x.py", "media/deep.csv", "media/x.py")
	s.WantFiles("modules/tour", "lib/deep.csv", "lib/x.py")
	s.WantFiles("courses/tour", "w1/sub/x.py") // of notebooks, only regular files count
	if got := s.Read("static/tour/data/through"); got != "2" {
		t.Errorf("got %q", got)
	}
	if d := s.show(); len(d.Findings) > 0 || len(d.StaticMappings) != 3 {
		t.Errorf("findings %v, mappings %v", d.Findings, d.StaticMappings)
	}
	one, err := os.Stat(filepath.Join(s.Root, "static/tour/data/file.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.Stat(filepath.Join(s.Root, "static/tour/data/dir/file.csv")); err != nil || !os.SameFile(one, two) {
		t.Errorf("the same content is on the disk twice: %v", err)
	}
}

func TestLinksThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		links map[string]string
		want  string
	}{
		"absolute":         {map[string]string{"data/x": "/etc/passwd"}, "leads out of the repository"},
		"up":               {map[string]string{"data/x": "../../passwd"}, "leads out of the repository"},
		"up and back":      {map[string]string{"data/x": "../../source/data/fine"}, "leads out of the repository"},
		"through another":  {map[string]string{"data/x": "../out/passwd", "out": "/etc"}, "leads out of the repository"},
		"dangling":         {map[string]string{"data/x": "nothing"}, "leads to nothing"},
		"below a file":     {map[string]string{"data/x": "fine/x"}, "leads to nothing"},
		"up from a file":   {map[string]string{"data/x": "fine/../fine"}, "leads to nothing"},
		"git":              {map[string]string{"data/x": "../.git/config"}, "leads to nothing"},
		"itself":           {map[string]string{"data/x": "x"}, "in a circle"},
		"circle":           {map[string]string{"data/x": "y", "data/y": "x"}, "in a circle"},
		"its directory":    {map[string]string{"data/x": "."}, "in a circle"},
		"its parent":       {map[string]string{"data/x": ".."}, "in a circle"},
		"each other":       {map[string]string{"data/x": "../w1", "w1/y": "../data"}, "in a circle"},
		"hidden":           {map[string]string{"data/x": "../solutions/a.csv"}, "leads to what is hidden"},
		"hidden directory": {map[string]string{"data/x": "../solutions"}, "leads to what is hidden"},
		"too long":         {map[string]string{"data/x": strings.Repeat("./", 2000) + "fine"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			a.Link(c.links)
			a.Commit(map[string]string{"data/fine": "1", "w1/f": "", "solutions/a.csv": "42", "nbhosting/nbhosting.yaml": "hidden: [\"solutions/*\"]\n"})
			s := newSite(t)
			s.create(a.Dir)
			if c.want == "" {
				return
			}
			s.wantFinding(settings.SeverityWarning, map[bool]string{true: "w1/y", false: "data/x"}[name == "each other"], c.want)
			files := s.Files("static/tour")
			if slices.Contains(files, "data/x") || !slices.Contains(files, "data/fine") {
				t.Errorf("published: %v", files)
			}
			for _, f := range files {
				if strings.Contains(f, "a.csv") || strings.Count(f, "/") > 3 {
					t.Errorf("published: %s", f)
				}
			}
		})
	}
}

func TestAMappingThatLeadsToARefusedLink(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Link(map[string]string{"data": "/etc", "media": "solutions"})
	a.Commit(map[string]string{"a.md": "", "solutions/x": "", "nbhosting/nbhosting.yaml": "hidden: [solutions]\n"})
	s := newSite(t)
	s.create(a.Dir)
	s.wantFinding(settings.SeverityWarning, "data", "leads out")
	s.wantFinding(settings.SeverityWarning, "media", "hidden")
	r, err := s.Current(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.Mappings) > 0 {
		t.Errorf("links that lead nowhere: %v", r.Mappings)
	}
}

func TestANotebookThatIsALink(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Link(map[string]string{"w2.ipynb": "w1.ipynb", "README.md": "w1.ipynb"})
	a.Commit(map[string]string{"w1.ipynb": `{"cells": []}`})
	s := newSite(t)
	s.create(a.Dir)
	s.WantFiles("courses/tour", "w1.ipynb")
	s.wantFinding(settings.SeverityWarning, "w2.ipynb", "not taken for a notebook")
	if n := len(s.show().Findings); n != 1 {
		t.Errorf("%d findings", n)
	}
}

// TestLinksCannotGrowWithoutEnd has directories that all hold links to all others.
func TestLinksCannotGrowWithoutEnd(t *testing.T) {
	a := gittest.NewAuthor(t)
	links := map[string]string{}
	for i := range 12 {
		for j := range 12 {
			links[fmt.Sprintf("data/%d/to%d", i, j)] = fmt.Sprintf("../%d", j)
		}
	}
	a.Link(links)
	a.Commit(map[string]string{"data/3/x.csv": "1", "a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	found := false
	for _, f := range s.show().Findings {
		found = found || strings.Contains(f.Message, "far too many files")
	}
	if n := len(s.Files("static/tour")); !found || n > 200_000 {
		t.Errorf("%d files, told: %v", n, found)
	}
}
