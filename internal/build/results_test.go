package build_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestOldResultsAreRemoved(t *testing.T) {
	s := newSite(t, book(page))
	var made []string
	for range 5 {
		if built, log, err := s.try("book", true); !built || err != nil {
			t.Fatalf("got %v\n%s", err, log)
		}
		made = append(made, s.latest())
	}
	want := slices.Clone(made[2:])
	slices.Sort(want)
	got := s.results()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	s := newSite(t, book(page))
	s.build()
	results := build.ResultsOf(s.root)
	for _, name := range []string{build.Latest, s.latest()} {
		r, err := results.Open(tour, "book", name)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := r.Files().ReadFile("index.html"); err != nil || string(text) != "<p>one</p>\n" || r.Name != s.latest() {
			t.Errorf("%s: got %s with %q, %v", name, r.Name, text, err)
		}
		r.Close()
	}
	file := filepath.Join(s.root, "builds", "tour", "book", "1234567")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"tour", "book", "0000000"},
		{"tour", "book", ""},
		{"tour", "book", "."},
		{"tour", "book", ".."},
		{"tour", "book", "latest/x"},
		{"tour", "book", "1234567"},
		{"tour", "other", "latest"},
		{"tour", "", "latest"},
		{"tour", "..", "latest"},
		{"tour", "../tour/book", "latest"},
		{"tour", "a\x00b", "latest"},
		{"tour", strings.Repeat("x", 300), "latest"},
		{"tour", "book/latest", "latest"},
		{"other", "book", "latest"},
		{"..", "book", "latest"},
		{".work", "book", "latest"},
		{"", "book", "latest"},
	} {
		r, err := results.Open(nbhosting.CourseName(c[0]), c[1], c[2])
		if nbhosting.KindOf(err) != nbhosting.NotFound {
			t.Errorf("%q: got %v, %v", c, r, err)
		}
	}
}

// TestALinkThatLeadsOut puts in place of the link to the latest result what no build makes.
func TestALinkThatLeadsOut(t *testing.T) {
	s := newSite(t, book(page))
	s.build()
	for _, target := range []string{"../../../../etc", "/etc", "..", ".", "latest", "../.work"} {
		if err := os.Remove(s.path("")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, s.path("")); err != nil {
			t.Fatal(err)
		}
		if _, err := build.ResultsOf(s.root).Open(tour, "book", build.Latest); nbhosting.KindOf(err) != nbhosting.NotFound {
			t.Errorf("%s: got %v", target, err)
		}
	}
}

func TestStatus(t *testing.T) {
	s := newSite(t, settings(
		"{name: The book, id: book, description: all of it, script: \""+page+"\", entry_point: 'index.html#top'}",
		"{name: a link, external_url: 'https://example.org/x'}",
		"{name: '50% é?', script: \""+page+"\"}", "{name: old, script: 'true', entry_point: a b.html}",
	))
	old := filepath.Join(s.root, "builds", "tour", "old")
	for _, dir := range []string{"abcdef0", "1234567"} { // of the system that came before
		if err := os.MkdirAll(filepath.Join(old, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(old, "abcdef0", "a b.html"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("abcdef0", filepath.Join(old, build.Latest)); err != nil {
		t.Fatal(err)
	}
	status := s.status()
	if status[0].Commit != "" || status[0].Path != "" || !status[0].BuiltAt.IsZero() || status[0].UpToDate {
		t.Errorf("before: got %+v", status[0])
	}
	s.build()
	if built, log, err := s.try("50% é?", false); !built || err != nil {
		t.Fatalf("got %v\n%s", err, log)
	}
	status = s.status()
	var paths []string
	for _, b := range status {
		paths = append(paths, b.Path)
	}
	want := []string{"/builds/tour/book/latest/index.html#top", "", "/builds/tour/50%25%20%C3%A9%3F/latest/index.html", "/builds/tour/old/latest/a%20b.html"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	first := status[0]
	if len(first.Commit) != 40 || first.BuiltAt.IsZero() || !first.UpToDate || !first.Runs || first.Description != "all of it" {
		t.Errorf("got %+v", first)
	}
	if status[1].Runs || status[1].ExternalURL != "https://example.org/x" || status[3].Commit != "abcdef0" {
		t.Errorf("got %+v", status)
	}
	s.commit(map[string]string{"a.md": "x"})
	if s.status()[0].UpToDate {
		t.Error("a new commit has no book yet")
	}
	if err := build.ResultsOf(s.root).Remove(tour); err != nil {
		t.Fatal(err)
	}
	if got := s.status()[0]; got.Commit != "" {
		t.Errorf("after removal: got %+v", got)
	}
}

func (s *site) status() []build.Status {
	s.t.Helper()
	status, err := s.Status(s.t.Context(), tour)
	if err != nil {
		s.t.Fatal(err)
	}
	return status
}

func TestEntryPoints(t *testing.T) {
	pages := map[string]string{
		"index.html": "index.html", "./sub/../index.html": "index.html", "''": "index.html", ".": "index.html", "sub": "sub/index.html", "sub/": "sub/index.html",
		"sub/index.html?x=1#y": "sub/index.html?x=1#y", "'#top'": "index.html#top", "100%.html": "100%25.html", "'a#b.html'": "a%23b.html", "'a:b.html'": "./a:b.html",
		"index%2ehtml": "index.html",
	}
	entries := slices.Sorted(maps.Keys(pages))
	var builds []string
	for i, entry := range entries {
		builds = append(builds, fmt.Sprintf("name: b%d\nentry_point: %s\nscript: x", i, entry))
	}
	s := newSite(t, settings(builds...), on(stage{act: func(_ context.Context, spec runtime.Spec) (runtime.Exit, error) {
		for _, file := range []string{"index.html", "sub/index.html", "100%.html", "a#b.html", "a:b.html"} {
			leave(t, spec, map[string]string{"_build/html/" + file: "x"})
		}
		return runtime.Exit{}, nil
	}}))
	for i, entry := range entries {
		if _, log, err := s.try(fmt.Sprintf("b%d", i), false); err != nil {
			t.Fatalf("%s: %v\n%s", entry, err, log)
		}
		if got, want := s.status()[i].Path, fmt.Sprintf("/builds/tour/b%d/latest/%s", i, pages[entry]); got != want {
			t.Errorf("%s: got %s, want %s", entry, got, want)
		}
	}
}
