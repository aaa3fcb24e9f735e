package revision_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// export returns the directory that the course tour was exported to.
func (s site) export() (dir, commit string) {
	s.T.Helper()
	dir = s.T.TempDir()
	commit, err := s.Export(s.T.Context(), *s.course, dir)
	if err != nil {
		s.T.Fatal(err)
	}
	return dir, commit
}

// exported are the files and links below dir, sorted.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	found := sitetest.Files(t, dir)
	slices.Sort(found)
	return found
}

func TestExportWritesTheWholeTree(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{
		"w1/intro.ipynb": "{}", "modules/m.py": "x = 1\n", "book/_toc.yml": "é", ".github/x.yml": "1", "a b/100% é.md": "# x", "run": "#!/bin/sh\n",
	})
	if err := os.Chmod(filepath.Join(a.Dir, "run"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	dir, commit := s.export()
	if commit != want {
		t.Errorf("got commit %s, want %s", commit, want)
	}
	if diff := cmp.Diff([]string{".github/x.yml", "a b/100% é.md", "book/_toc.yml", "modules/m.py", "run", "w1/intro.ipynb"}, exported(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	date, err := time.Parse(time.RFC3339, gittest.Date)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o755 || !info.ModTime().Equal(date) {
		t.Errorf("got %v of %v", info.Mode(), info.ModTime())
	}
	if text, err := os.ReadFile(filepath.Join(dir, "book/_toc.yml")); string(text) != "é" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestExportIsOfTheRevisionNotOfTheClone(t *testing.T) {
	a := gittest.NewAuthor(t)
	first := a.Commit(map[string]string{"a.md": "1", "nbhosting/nbhosting.yaml": "hidden: []"})
	s := newSite(t)
	s.create(a.Dir)
	a.Commit(map[string]string{"b.md": "2", "nbhosting/nbhosting.yaml": "tracks: 1"})
	_, err := s.tryPull(t.Output())
	sitetest.WantKind(t, err, nbhosting.Invalid)
	dir, commit := s.export()
	if commit != first || slices.Contains(exported(t, dir), "b.md") {
		t.Errorf("got %s with %q", commit, exported(t, dir))
	}
}

func TestExportLeavesOutWhatIsHidden(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{
		"w1/intro.md": "# x", "w1/exam.ipynb": "{}", "solutions/a.md": "# a", "solutions/deep/k.csv": "1", "data/key.csv": "1", "data/x.csv": "1",
		".nbhosting/nbhosting.yaml": "hidden: [w1/exam, solutions]",
	})
	for link, target := range map[string]string{"way.md": "solutions/a.md", "solutions/link": "../w1/intro.md"} {
		if err := os.Symlink(target, filepath.Join(a.Dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	a.Commit(nil)
	s := newSite(t)
	local := filepath.Join(s.Root, "local", "tour")
	if err := os.MkdirAll(local, 0o755); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(local, "nbhosting.yaml")
	if err := os.WriteFile(said, []byte("hidden: [data/key.csv]"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.create(a.Dir)
	// The revision stays as it was published, whatever the site says by now.
	if err := os.Remove(said); err != nil {
		t.Fatal(err)
	}
	dir, _ := s.export()
	if diff := cmp.Diff([]string{".nbhosting/nbhosting.yaml", "data/x.csv", "w1/intro.md", "way.md"}, exported(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "way.md")); err == nil {
		t.Errorf("a link leads to what is hidden: %q", text)
	}
}

func TestExportKeepsLinksThatStayInside(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{"data/x.csv": "1", "w1/a.md": "# a"})
	links := map[string]string{
		"w1/data": "../data", "w1/via": "data/x.csv", "nowhere": "not/there", "loop": "loop",
		"out": "../../x", "w1/out": "../../x", "etc": "/etc/passwd", "w1/up": "..", "w1/above": "up/../..", "w1/abs": a.Dir,
	}
	for link, target := range links {
		if err := os.Symlink(target, filepath.Join(a.Dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	dir, _ := s.export()
	if diff := cmp.Diff([]string{"data/x.csv", "nowhere", "w1/a.md", "w1/data", "w1/up", "w1/via"}, exported(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "w1/via")); string(text) != "1" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestExportHidesWhatALinkWouldShow(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{"real/key.csv": "1", "real/x.csv": "1", "w1/a.md": "# a", "nbhosting/nbhosting.yaml": "hidden: [data/key.csv, data/a.md]"})
	for link, target := range map[string]string{"data": "real", "real/a.md": "../w1/a.md"} {
		if err := os.Symlink(target, filepath.Join(a.Dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	dir, _ := s.export()
	if diff := cmp.Diff([]string{"data", "nbhosting/nbhosting.yaml", "real/a.md", "real/x.csv", "w1/a.md"}, exported(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExportHasSubmodules(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib, gone := a.Beside("lib"), a.Beside("gone")
	a.Submodule("modules/lib", "../lib", lib.Commit(map[string]string{"x.py": "x", "secret.py": "y"}))
	a.Submodule("gone", "../gone", gone.Commit(map[string]string{"x": "x"}))
	if err := os.RemoveAll(gone.Dir); err != nil {
		t.Fatal(err)
	}
	a.Write(map[string]string{"a.md": "# a", "nbhosting/nbhosting.yaml": "hidden: ['modules/*/secret.py']"})
	a.Git("add", "a.md", "nbhosting", ".gitmodules")
	a.Git("commit", "--quiet", "--message=change")
	s := newSite(t)
	s.create(a.Dir)
	dir, _ := s.export()
	if diff := cmp.Diff([]string{".gitmodules", "a.md", "modules/lib/x.py", "nbhosting/nbhosting.yaml"}, exported(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExportOfWhatIsNotThere(t *testing.T) {
	s := newSite(t)
	_, err := s.Export(t.Context(), *s.course, t.TempDir())
	sitetest.WantKind(t, err, nbhosting.Unavailable)

	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s.create(a.Dir)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Export(t.Context(), *s.course, full); err == nil {
		t.Error("a directory that holds something was written into")
	}
	if diff := cmp.Diff([]string{"mine"}, exported(t, full)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
