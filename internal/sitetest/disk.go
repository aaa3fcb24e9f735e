// Package sitetest looks at the data directory of a site, for tests, and gives
// them one on a disk that is not slow.
package sitetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
)

// Tour is the course of most tests.
const Tour nbhosting.CourseName = "tour"

// Disk is the data directory of a site, of which tests look at the course Tour.
type Disk struct {
	T    *testing.T
	Root string
}

// Read returns what a path below the root directory holds.
func (d Disk) Read(path string) string {
	d.T.Helper()
	text, err := os.ReadFile(filepath.Join(d.Root, path))
	if err != nil {
		d.T.Fatal(err)
	}
	return string(text)
}

// Stat tells about what a path leads to.
func (d Disk) Stat(path string) os.FileInfo {
	d.T.Helper()
	info, err := os.Stat(filepath.Join(d.Root, path))
	if err != nil {
		d.T.Fatal(err)
	}
	return info
}

// Files lists what is below a directory of the site that is no directory itself.
func (d Disk) Files(dir string) []string {
	d.T.Helper()
	top, err := filepath.EvalSymlinks(filepath.Join(d.Root, dir))
	if err != nil {
		d.T.Fatal(err)
	}
	return Files(d.T, top)
}

// Files lists what is below a directory that is no directory itself.
func Files(t *testing.T, top string) []string {
	t.Helper()
	found := []string{}
	err := filepath.WalkDir(top, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(top, path)
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// WantFiles checks which files are below a directory of the site.
func (d Disk) WantFiles(dir string, want ...string) {
	d.T.Helper()
	if diff := cmp.Diff(append([]string{}, want...), d.Files(dir)); diff != "" {
		d.T.Errorf("%s (-want +got):\n%s", dir, diff)
	}
}

// WantRevisions checks how many revisions there are.
func (d Disk) WantRevisions(want int) {
	d.T.Helper()
	found, err := filepath.Glob(filepath.Join(d.Root, "revisions", string(Tour), "[0-9a-f]*"))
	if err != nil {
		d.T.Fatal(err)
	}
	n := 0
	for _, f := range found {
		if filepath.Base(f) != "current" {
			n++
		}
	}
	if n != want {
		d.T.Errorf("%d revisions, want %d: %q", n, want, found)
	}
}

// WantNoLeftovers checks that nothing half-made is there: all that is begins with a dot.
func (d Disk) WantNoLeftovers() {
	d.T.Helper()
	for _, dir := range []string{"revisions/tour", "courses", "modules", "static", "courses-git", "courses-git/tour/.git/submodules"} {
		entries, err := os.ReadDir(filepath.Join(d.Root, dir))
		if err != nil && !os.IsNotExist(err) {
			d.T.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				d.T.Errorf("left behind: %s/%s", dir, e.Name())
			}
		}
	}
}

// WantKind checks that an error is of a kind.
func WantKind(t *testing.T, err error, want nbhosting.Kind) {
	t.Helper()
	if err == nil || nbhosting.KindOf(err) != want {
		t.Errorf("got %v, want an error of kind %s", err, want)
	}
}
