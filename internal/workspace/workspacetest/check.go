package workspacetest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// node is all that can be told of a file but the times at which it was read or
// given another name.
type node struct {
	Mode     uint32
	UID, GID uint32
	Inode    uint64
	Changed  int64  // in nanoseconds
	Content  string // of a file, or where a link leads
}

type tree map[string]node

// see looks at a tree without following anything, however long its paths are.
func see(top string) (tree, error) {
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	t := tree{}
	return t, t.see(root, ".")
}

func (t tree) see(root *os.Root, path string) error {
	defer root.Close()
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range append(names, ".") {
		info, err := root.Lstat(name)
		if err != nil {
			return err
		}
		if t[filepath.Join(path, name)], err = look(root, name, info); err != nil {
			return err
		}
		if !info.IsDir() || name == "." {
			continue
		}
		below, err := root.OpenRoot(name)
		if err != nil {
			return err
		}
		if err := t.see(below, filepath.Join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

func look(root *os.Root, name string, info fs.FileInfo) (n node, err error) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return n, errors.ErrUnsupported
	}
	n = node{Mode: st.Mode, UID: st.Uid, GID: st.Gid, Inode: st.Ino, Changed: st.Mtim.Nano()}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		n.Content, err = root.Readlink(name)
	case info.Mode().IsRegular() && st.Size > 64<<20:
		n.Content = fmt.Sprintf("%d bytes", st.Size)
	case info.Mode().IsRegular():
		var text []byte
		text, err = root.ReadFile(name)
		n.Content = string(text)
	}
	return n, err
}

// Remember looks at how things are before something is done.
func (s *Site) Remember() {
	s.Helper()
	var err error
	s.outside, err = see(s.Outside)
	s.must(err)
	s.inside, err = see(s.Dir)
	s.must(err)
}

// CheckOutside checks that nothing outside the workspace has changed since Remember.
func (s *Site) CheckOutside() {
	s.Helper()
	now, err := see(s.Outside)
	s.must(err)
	if diff := cmp.Diff(s.outside, now); diff != "" {
		s.Errorf("outside the workspace (-before +after):\n%s", diff)
	}
}

// CheckSame checks that nothing in the workspace has changed since Remember.
func (s *Site) CheckSame() {
	s.Helper()
	s.compare(func(string, node) bool { return true })
}

// CheckNothingNew checks the same, but for folders, in which there may be more.
func (s *Site) CheckNothingNew() {
	s.Helper()
	s.compare(func(_ string, n node) bool { return n.Mode&unix.S_IFMT != unix.S_IFDIR })
}

func (s *Site) compare(counts func(string, node) bool) {
	s.Helper()
	now, err := see(s.Dir)
	s.must(err)
	others := func(path string, n node) bool { return !counts(path, n) }
	before := maps.Clone(s.inside)
	maps.DeleteFunc(before, others)
	maps.DeleteFunc(now, others)
	if diff := cmp.Diff(before, now); diff != "" {
		s.Errorf("in the workspace (-before +after):\n%s", diff)
	}
}

// CheckNothingLost checks that each content that was in the workspace is there
// still, under whatever name, or was given to Keep.
func (s *Site) CheckNothingLost() {
	s.Helper()
	now, err := see(s.Dir)
	s.must(err)
	there := map[string]bool{}
	for _, n := range now {
		there[n.Content] = true
	}
	for path, n := range s.inside {
		if n.Mode&unix.S_IFMT == unix.S_IFREG && n.Content != "" && n.Mode&unix.S_ISVTX == 0 && !there[n.Content] && !s.Kept(n.Content) {
			s.Errorf("lost: %q, which was in %q", n.Content, path)
		}
	}
}

// CheckOwners checks that what is new in the workspace is the student's.
func (s *Site) CheckOwners() {
	s.Helper()
	now, err := see(s.Dir)
	s.must(err)
	known := map[uint64]bool{}
	for _, n := range s.inside {
		known[n.Inode] = true
	}
	for path, n := range now {
		if !known[n.Inode] && int(n.UID) != s.UID {
			s.Errorf("%q is new, and belongs to %d", path, n.UID)
		}
	}
}

// CheckNoLeftovers checks that no temporary file is in the workspace.
func (s *Site) CheckNoLeftovers() {
	s.Helper()
	now, err := see(s.Dir)
	s.must(err)
	for path, n := range now {
		kind := n.Mode & unix.S_IFMT
		if strings.HasPrefix(filepath.Base(path), ".nbhosting-") && (kind == unix.S_IFREG || kind == unix.S_IFLNK) {
			s.Errorf("left behind: %q with %.80q", path, n.Content)
		}
		if kind == unix.S_IFREG && n.Mode&unix.S_ISVTX != 0 {
			s.Errorf("%q is still marked as ours", path)
		}
	}
}
