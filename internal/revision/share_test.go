package revision_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestUnchangedFilesAreShared(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"same.md": "s", "moved.ipynb": `{"cells": []}`, "edited.md": "1", "run.py": "#!", "data/big.csv": "big"})
	s := newSite(t)
	s.create(a.Dir)
	before := map[string]os.FileInfo{}
	for _, f := range []string{"courses/tour/same.md", "courses/tour/moved.ipynb", "courses/tour/edited.md", "courses/tour/run.py", "static/tour/data/big.csv"} {
		before[f] = s.Stat(f)
	}
	if err := os.Chmod(filepath.Join(a.Dir, "run.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	a.Date = "2020-01-02T03:04:05Z"
	a.Git("mv", "moved.ipynb", "elsewhere.ipynb")
	a.Commit(map[string]string{"edited.md": "2"})
	s.pull()
	for f, c := range map[string]struct {
		was    string
		shared bool
	}{
		"courses/tour/same.md":         {"courses/tour/same.md", true},
		"courses/tour/elsewhere.ipynb": {"courses/tour/moved.ipynb", true},
		"courses/tour/edited.md":       {"courses/tour/edited.md", false},
		"courses/tour/run.py":          {"courses/tour/run.py", false},
		"static/tour/data/big.csv":     {"static/tour/data/big.csv", true},
	} {
		now := s.Stat(f)
		date := gittest.Date
		if !c.shared {
			date = a.Date
		}
		want, err := time.Parse(time.RFC3339, date)
		if err != nil {
			t.Fatal(err)
		}
		if os.SameFile(before[c.was], now) != c.shared || !now.ModTime().Equal(want) {
			t.Errorf("%s: shared %v, of %v", f, os.SameFile(before[c.was], now), now.ModTime())
		}
	}
	if mode := s.Stat("courses/tour/run.py").Mode(); mode != 0o755 {
		t.Errorf("run.py: %v", mode)
	}
}

// TestUnchangedNotebooksAreNotReadAgain gives a notebook another title in what
// the published revision says of it.
func TestUnchangedNotebooksAreNotReadAgain(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{
		"a.ipynb": `{"metadata": {"nbhosting": {"title": "as written"}}, "cells": []}`, "b.md": "", "broken.ipynb": "{", "w1/secret.ipynb": `{"cells": []}`,
		"nbhosting/nbhosting.yaml": "hidden: [\"w1/*\"]\n",
	})
	s := newSite(t)
	s.create(a.Dir)
	path := filepath.Join(s.Root, "revisions/tour/current/files.json")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "as written") || strings.Contains(string(text), "secret") {
		t.Fatalf("%v, files.json:\n%s", err, text)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "as written", "as remembered")), 0o644); err != nil {
		t.Fatal(err)
	}
	a.Commit(map[string]string{"b.md": "changed"})
	s.pull()
	if got := s.show().Notebooks["a.ipynb"].Title; got != "as remembered" {
		t.Errorf("title %q", got)
	}
	s.wantFinding(settings.SeverityWarning, "broken.ipynb", "cannot be read")
	if got := s.show().Notebooks["broken.ipynb"]; got.Title != "broken" || got.Version != "n/a" {
		t.Errorf("got %+v", got)
	}
	a.Commit(map[string]string{"a.ipynb": `{"metadata": {"nbhosting": {"title": "anew"}}, "cells": []}`})
	s.pull()
	if got := s.show().Notebooks["a.ipynb"].Title; got != "anew" {
		t.Errorf("title %q", got)
	}
}

// TestARevisionThatDoesNotSayWhatItIs is one of an older program, or spoiled.
func TestARevisionThatDoesNotSayWhatItIs(t *testing.T) {
	for _, file := range []string{"files.json", "contents.json", "revision.json"} {
		for name, spoil := range map[string]func(string) error{
			"removed": os.Remove,
			"broken":  func(path string) error { return os.WriteFile(path, []byte("{"), 0o644) },
		} {
			a := gittest.NewAuthor(t)
			a.Commit(map[string]string{"a.md": "1"})
			s := newSite(t)
			s.create(a.Dir)
			if err := spoil(filepath.Join(s.Root, "revisions/tour/current", file)); err != nil {
				t.Fatal(err)
			}
			outcome := s.pull()
			if file != "files.json" && !outcome.Changed {
				t.Errorf("%s %s: not published anew", file, name)
			}
			commit := a.Commit(map[string]string{"b.md": "2"})
			s.pull()
			if s.published() != commit || s.Read("courses/tour/a.md") != "1" {
				t.Errorf("%s %s: published %s", file, name, s.published())
			}
		}
	}
}

func TestWhatTheSiteSaysIsPublishedAnew(t *testing.T) {
	a := gittest.NewAuthor(t)
	commit := a.Commit(map[string]string{"w1/a.ipynb": `{"cells": []}`})
	s := newSite(t)
	s.create(a.Dir)
	local := filepath.Join(s.Root, "local/tour/nbhosting.yaml")
	say := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(local), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(local, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	say("general: {notebook-url-format: \"edit/{notebook}\"}\n")
	before := s.Stat("courses/tour/w1/a.ipynb")
	if outcome := s.pull(); !outcome.Changed || outcome.Forced || outcome.Commit != commit || outcome.Previous != commit {
		t.Errorf("got %+v", outcome)
	}
	if s.show().NotebookURLFormat != "edit/{notebook}" || s.published() != commit || !os.SameFile(before, s.Stat("courses/tour/w1/a.ipynb")) {
		t.Errorf("published %s, notebooks open at %s", s.published(), s.show().NotebookURLFormat)
	}
	if outcome := s.pull(); outcome.Changed {
		t.Error("published anew without a reason")
	}
	say("tracks: [broken\n")
	_, err := s.tryPull(t.Output())
	sitetest.WantKind(t, err, nbhosting.Invalid)
	if s.show().NotebookURLFormat != "edit/{notebook}" {
		t.Error("an error took what was published away")
	}
	s.Version = "next"
	say("bar: false\n")
	s.pull()
	s.Version = "after next"
	if outcome := s.pull(); !outcome.Changed {
		t.Error("what another program published stays")
	}
	s.WantRevisions(1)
}

func TestAHugeNotebookIsNotReadIntoMemory(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"huge.ipynb": `{"cells": []}` + strings.Repeat(" ", 64<<20), "a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	s.wantFinding(settings.SeverityWarning, "huge.ipynb", "Clear its outputs")
	if info := s.Stat("courses/tour/huge.ipynb"); info.Size() != 64<<20+13 {
		t.Errorf("%d bytes are published", info.Size())
	}
}
