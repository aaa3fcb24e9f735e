package workspace_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

func TestOpenedTellsTheFilesThatAreThere(t *testing.T) {
	s := newSite(t)
	w := s.prepare(t)
	if err := errors.Join(
		mkdirAs(w.Dir+"/w1"), mkdirAs(w.Dir+"/été 2"), os.WriteFile(w.Dir+"/top.md", nil, 0o644),
		os.WriteFile(w.Dir+"/w1/a.ipynb", nil, 0o644), os.WriteFile(w.Dir+"/w1/other", nil, 0o644), os.WriteFile(w.Dir+"/été 2/# 100%?.py", nil, 0o644),
		os.Symlink("../top.md", w.Dir+"/w1/inside.md"),
	); err != nil {
		t.Fatal(err)
	}
	got, err := s.all.Opened(key, []string{"top.md", "w1/a.ipynb", "w1/b.ipynb", "été 2/# 100%?.py", "w1/inside.md", "w9/a.ipynb"})
	want := map[string]bool{"top.md": true, "w1/a.ipynb": true, "été 2/# 100%?.py": true, "w1/inside.md": true}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("got %v (-want +got):\n%s", err, diff)
	}
}

func TestOpenedOfWhoHasNoWorkspaceMakesNone(t *testing.T) {
	s := newSite(t)
	got, err := s.all.Opened(nbhosting.Key{Course: "tour", Student: "nobody"}, []string{"a.md"})
	if len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := os.Lstat(filepath.Join(s.dir, "nobody")); err == nil {
		t.Error("looking made a home")
	}
}

// TestOpenedInHostileWorkspaces puts in the way what a student can make: none of
// it is a notebook, and nothing outside is looked at.
func TestOpenedInHostileWorkspaces(t *testing.T) {
	for name, obstruct := range map[string]func(dir, secret string) error{
		"link out":        func(dir, secret string) error { return os.Symlink(secret, dir+"/w1/secret") },
		"link far out":    func(dir, _ string) error { return os.Symlink("../../../../secret", dir+"/w1/secret") },
		"dangling link":   func(dir, _ string) error { return os.Symlink("nowhere", dir+"/w1/secret") },
		"folder":          func(dir, _ string) error { return os.Mkdir(dir+"/w1/secret", 0o755) },
		"pipe":            func(dir, _ string) error { return syscall.Mkfifo(dir+"/w1/secret", 0o644) },
		"pipe for folder": func(dir, _ string) error { return errors.Join(os.Remove(dir+"/w1"), syscall.Mkfifo(dir+"/w1", 0o644)) },
		"folder that leads out": func(dir, secret string) error {
			return errors.Join(os.Remove(dir+"/w1"), os.Symlink(filepath.Dir(secret), dir+"/w1"))
		},
		"loop": func(dir, _ string) error { return errors.Join(os.Remove(dir+"/w1"), os.Symlink("w1", dir+"/w1")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			w := s.prepare(t)
			if err := errors.Join(mkdirAs(w.Dir+"/w1"), obstruct(w.Dir, s.secret)); err != nil {
				t.Fatal(err)
			}
			got, err := s.all.Opened(key, []string{"w1/secret", "../../secret", "../../../secret"})
			if len(got) != 0 || err != nil {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// BenchmarkOpened looks for the notebooks of a large course.
func BenchmarkOpened(b *testing.B) {
	top := b.TempDir()
	if err := os.Chmod(top, 0o755); err != nil {
		b.Fatal(err)
	}
	all, err := workspace.New(filepath.Join(top, "students"), fixedUIDs(uid), 100000, 199999)
	if err != nil {
		b.Fatal(err)
	}
	w, err := all.Prepare(b.Context(), key)
	if err != nil {
		b.Fatal(err)
	}
	var files []string
	for i := range 2000 {
		files = append(files, fmt.Sprintf("week %d/part/nb-%d.ipynb", i%50, i))
		if err := os.MkdirAll(filepath.Dir(filepath.Join(w.Dir, files[i])), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.Dir, files[i]), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if got, err := all.Opened(key, files); len(got) != len(files) || err != nil {
			b.Fatalf("got %d, %v", len(got), err)
		}
	}
}
