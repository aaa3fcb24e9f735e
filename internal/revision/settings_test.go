package revision_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

const tracksYAML = `general: {notebook-url-format: "lab/tree/{notebook}"}
tracks:
  - {id: all, name: All of it, description: d, sections: [{name: First, notebooks: ["w1/*"]}]}
static-mappings: [{source: figures, destination: media/figures}]
hidden: ["solutions/*"]
`

func settledCourse(t *testing.T) (gittest.Author, site) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{
		"nbhosting/nbhosting.yaml": tracksYAML,
		"w1/a.ipynb":               `{"metadata": {"nbhosting": {"title": "The first", "version": "1.0"}}, "cells": [], "nbformat": 4}`,
		"w1/b.md":                  "---\njupytext: {text_representation: {format_name: myst}}\n---\n",
		"README.md":                "not a notebook",
		"solutions/a.ipynb":        `{"cells": []}`,
		"media/figures/x.svg":      "<svg/>",
		"media/other.svg":          "<svg/>",
	})
	s := newSite(t)
	s.create(a.Dir)
	return a, s
}

func TestSettingsOfTheRepository(t *testing.T) {
	_, s := settledCourse(t)
	d := s.show()
	wantTracks := []settings.Track{{ID: "all", Name: "All of it", Description: "d", Sections: []settings.Section{
		{Name: "First", Notebooks: []string{"w1/a.ipynb", "w1/b.md"}},
	}}}
	if diff := cmp.Diff(wantTracks, d.Tracks); diff != "" {
		t.Error(diff)
	}
	wantNotebooks := map[string]revision.NotebookDetails{
		"w1/a.ipynb": {Title: "The first", Version: "1.0"}, "w1/b.md": {Title: "w1/b", Version: "0.1"},
	}
	if diff := cmp.Diff(wantNotebooks, d.Notebooks); diff != "" {
		t.Error(diff)
	}
	if d.NotebookURLFormat != "lab/tree/{notebook}" {
		t.Errorf("notebooks open at %s", d.NotebookURLFormat)
	}
	if files := s.Files("static/tour"); !slices.Equal(files, []string{"media/figures/x.svg"}) {
		t.Errorf("static files: %v", files)
	}
}

func TestHiddenFilesAreInNoRevision(t *testing.T) {
	_, s := settledCourse(t)
	if files := s.Files("courses/tour"); slices.Contains(files, "solutions/a.ipynb") || !slices.Contains(files, "w1/a.ipynb") {
		t.Errorf("published: %v", files)
	}
	if _, err := os.Lstat(filepath.Join(s.Root, "courses/tour/solutions")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory that held them: %v", err)
	}
}

func TestErrorsInSettingsRefuseARevision(t *testing.T) {
	a, s := settledCourse(t)
	before := s.published()
	a.Commit(map[string]string{"nbhosting/nbhosting.yaml": "tracks: [unclosed\n"})
	var log strings.Builder
	_, err := s.tryPull(&log)
	sitetest.WantKind(t, err, nbhosting.Invalid)
	if !strings.Contains(log.String(), "error: nbhosting/nbhosting.yaml, line") {
		t.Errorf("the log does not say what:\n%s", &log)
	}
	if s.published() != before || len(s.show().Tracks) != 1 {
		t.Error("the revision before is not served any more")
	}
	a.Commit(map[string]string{"nbhosting/nbhosting.yaml": tracksYAML})
	s.pull()
}

func TestErrorsInTheFirstRevisionAreShown(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"nbhosting/nbhosting.yaml": "tracks: 12\n", "a.ipynb": `{"cells": []}`})
	s := newSite(t)
	s.create(a.Dir)
	d := s.show()
	if len(d.Findings) == 0 || d.Findings[0].Severity != settings.SeverityError {
		t.Errorf("findings: %v", d.Findings)
	}
}

func TestTheSitesOwnSettingsComeLast(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"nbhosting/nbhosting.yaml": tracksYAML, "w1/a.ipynb": `{"cells": []}`})
	s := newSite(t)
	local := filepath.Join(s.Root, "local", "tour")
	if err := os.MkdirAll(local, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(local, "nbhosting.yaml"), []byte("general: {notebook-url-format: \"edit/{notebook}\"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.create(a.Dir)
	if got := s.show().NotebookURLFormat; got != "edit/{notebook}" {
		t.Errorf("notebooks open at %s", got)
	}
}
