// Package workspacetest has what tests of work in workspaces need: a students'
// directory with a tree around it that nobody may touch, all that a student can put
// in the way of a notebook, and a look at what became of it afterwards.
package workspacetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

const (
	// UID is the student's user id if tests run as root.
	UID = 123456
	// Notebook is what set-ups put something in the way of, unless they say otherwise.
	Notebook = "w1/nb.ipynb"
	// Secret is in what a student must never be shown.
	Secret = "the secret of another"
)

// Key is the workspace of tests.
var Key = nbhosting.Key{Course: "tour", Student: "alice"}

// Site is a students' directory in which Key's workspace is, and around it what no
// student may reach.
type Site struct {
	*testing.T
	Top        string
	Students   string
	Outside    string // a tree with files that anybody may write
	Dir        string // the workspace's directory
	UID        int
	Workspaces *workspace.Workspaces

	outside tree
	inside  tree
	mu      sync.Mutex
	kept    map[string]bool
}

// New makes a site with a workspace.
func New(t *testing.T) *Site {
	t.Helper()
	top := t.TempDir()
	return NewAt(t, top, filepath.Join(top, "students"))
}

// NewAt makes a site whose students' directory may be another file system.
func NewAt(t *testing.T, top, students string) *Site {
	t.Helper()
	s := &Site{
		T: t, Top: top, Students: students, Outside: filepath.Join(top, "outside"), UID: os.Getuid(), kept: map[string]bool{},
		Dir: filepath.Join(students, string(Key.Student), string(Key.Course)),
	}
	if s.UID == 0 {
		s.UID = UID
	}
	var err error
	if s.Workspaces, err = workspace.New(s.Students, fixedUIDs(s.UID), 100_000, 199_999); err != nil {
		t.Fatal(err)
	}
	s.must(errors.Join(
		os.Chmod(top, 0o755), os.Chmod(filepath.Dir(top), 0o755),
		os.Mkdir(s.Outside, 0o777), os.Chmod(s.Outside, 0o777), // by the rights alone, all would be possible
		os.Mkdir(s.Outside+"/w1", 0o777), os.Chmod(s.Outside+"/w1", 0o777),
		os.WriteFile(s.Outside+"/secret", []byte(Secret), 0o666), os.Chmod(s.Outside+"/secret", 0o666),
		os.WriteFile(s.Outside+"/nb.ipynb", []byte(Secret+"'s notebook"), 0o666), os.Chmod(s.Outside+"/nb.ipynb", 0o666),
		os.WriteFile(s.Outside+"/public", []byte("what all may read"), 0o644),
		os.WriteFile(s.Outside+"/private", []byte(Secret+", closed"), 0o600),
	))
	s.Workspace()
	return s
}

// Workspace prepares the workspace.
func (s *Site) Workspace() workspace.Workspace {
	s.Helper()
	w, err := s.Workspaces.Prepare(s.Context(), Key)
	s.must(err)
	return w
}

// Path is that of a file in the workspace.
func (s *Site) Path(file string) string { return s.Dir + "/" + file }

// Keep remembers displaced content: it is for [workspace.ReplaceOptions].
func (s *Site) Keep(displaced []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if displaced != nil {
		s.kept[string(displaced)] = true
	}
	return nil
}

// Kept tells whether content was given to Keep.
func (s *Site) Kept(content string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[content]
}

func (s *Site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// fixedUIDs gives every student the same id, or the one they wish.
type fixedUIDs int

func (u fixedUIDs) AssignUID(_ context.Context, _ nbhosting.Student, wish, _, _ int) (int, error) {
	if wish > 0 {
		return wish, nil
	}
	return int(u), nil
}

// SmallDisk makes a file system in memory, of the size and with the other options of a tmpfs.
func SmallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	Mount(t, "tmpfs", dir, "tmpfs", 0, options+",mode=755")
	return dir
}

// Mount mounts a file system until the test ends, or skips it.
func Mount(t *testing.T, source, dir, kind string, flags uintptr, data string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to mount")
	}
	if err := unix.Mount(source, dir, kind, flags, data); err != nil {
		t.Skipf("cannot mount: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
}
