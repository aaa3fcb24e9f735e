// Package workspace keeps the files of one student in one course.
//
// Students can put anything in there, at any moment: links, devices, folders
// where a notebook should be. So nothing in a workspace is touched but through
// an os.Root, and with the student's own user id (see identity.go): what the
// student may not do, this package cannot do for them by mistake.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sync/singleflight"

	"github.com/nbhosting/nbhosting"
)

// UIDs remembers each student's user id.
type UIDs interface {
	// AssignUID returns the user id of s: wish, which files on disk belong to, if it is
	// positive and nobody else's; else the one that is remembered; else a free one in
	// first to last. What it returns is remembered.
	AssignUID(ctx context.Context, s nbhosting.Student, wish, first, last int) (int, error)
}

// Workspaces is the tree students/S/C.
type Workspaces struct {
	dir         string
	uids        UIDs
	first, last int
	clones      singleflight.Group
}

// New returns the workspaces below dir, which is made if need be. User ids are
// taken from first to last; if this program is not root, all files are its own.
func New(dir string, uids UIDs, first, last int) (*Workspaces, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the students' directory: %w", err)
	}
	return &Workspaces{dir: dir, uids: uids, first: first, last: last}, nil
}

// Workspace is one student's directory in one course.
type Workspace struct {
	Dir string // on this host
	UID int    // user and group id that its files belong to
	key nbhosting.Key
}

// Prepare returns the workspace of key, made if need be.
func (ws *Workspaces) Prepare(ctx context.Context, key nbhosting.Key) (Workspace, error) {
	root, err := os.OpenRoot(ws.dir)
	if err != nil {
		return Workspace{}, fmt.Errorf("workspace %s: %w", key, err)
	}
	defer root.Close()
	uid, err := ws.uid(ctx, root, key)
	if err != nil {
		return Workspace{}, fmt.Errorf("user id of %s: %w", key.Student, err)
	}
	home, dir := place(key)
	// The home is ours, so that only we decide what a workspace's name leads to.
	if err := ensureDir(root, home, 0, uid, 0o750); err != nil {
		return Workspace{}, explain(fmt.Errorf("workspace %s: %w", key, err), dir)
	}
	if err := adopt(ctx, root, dir, uid); err != nil {
		return Workspace{}, fmt.Errorf("give workspace %s to user %d: %w", key, uid, err)
	}
	if err := ensureDir(root, dir, uid, uid, 0o700); err != nil {
		return Workspace{}, explain(fmt.Errorf("workspace %s: %w", key, err), dir)
	}
	return Workspace{Dir: filepath.Join(ws.dir, dir), UID: uid, key: key}, nil
}

// uid finds the student's user id. The owner of files that are there already
// stays their owner, even if the database has been lost, or is one of before.
func (ws *Workspaces) uid(ctx context.Context, root *os.Root, key nbhosting.Key) (int, error) {
	if os.Getuid() != 0 {
		return os.Getuid(), nil
	}
	home, dir := place(key)
	return ws.uids.AssignUID(ctx, key.Student, ownerOnDisk(root, home, dir), ws.first, ws.last)
}

// ensureDir makes a directory, or sets owner and mode of the one that is there
// if they differ. What is no directory is refused: a link would lead elsewhere.
func ensureDir(root *os.Root, name string, uid, gid int, mode fs.FileMode) error {
	if err := root.Mkdir(name, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return nbhosting.Errorf(nbhosting.Conflict, "The workspace's directory is not a directory; the administrator has to look into it.")
	}
	if os.Getuid() != 0 {
		return nil
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != uid || int(st.Gid) != gid {
		if err := root.Lchown(name, uid, gid); err != nil {
			return err
		}
	}
	if info.Mode().Perm() != mode {
		return root.Chmod(name, mode)
	}
	return nil
}

// Key says whose workspace it is, in which course.
func (w Workspace) Key() nbhosting.Key { return w.key }

// inside calls f with the workspace's tree, as the student.
func (w Workspace) inside(f func(*os.Root) error) error {
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	return w.as(func() error { return f(root) })
}

// as calls f as the student.
func (w Workspace) as(f func() error) error { return asUser(w.UID, f) }

// open opens the workspace's tree, and makes sure that it is the student's.
func (w Workspace) open() (*os.Root, error) {
	root, err := os.OpenRoot(w.Dir)
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", w.key, err)
	}
	info, err := root.Stat(".")
	if st, ok := sysOf(info); err == nil && (!ok || int(st.Uid) != w.UID || w.UID == 0) {
		err = fmt.Errorf("its directory is not that of user %d", w.UID)
	}
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("workspace %s: %w", w.key, err)
	}
	return root, nil
}

func sysOf(info fs.FileInfo) (*syscall.Stat_t, bool) {
	if info == nil {
		return nil, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return st, ok
}
