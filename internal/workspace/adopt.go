package workspace

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// isStudentsID tells whether an id can be that of a student: lower ones are the
// system's, and that of nobody says that an id could not be told.
func isStudentsID(id uint32) bool { return id >= 1000 && id != 65534 && id != ^uint32(0) }

// ownerOnDisk returns the user id to which a student's files belong, or 0. A home
// of ours belongs to root and to the student's group; one that another system made
// to the student; and what was copied without its owners says nothing.
func ownerOnDisk(root *os.Root, home, dir string) int {
	info, err := root.Lstat(home)
	if err != nil || !info.IsDir() {
		return 0
	}
	st, ok := sysOf(info)
	if !ok {
		return 0
	}
	for _, id := range []uint32{st.Uid, st.Gid} {
		if isStudentsID(id) {
			return int(id)
		}
	}
	if info, err = root.Lstat(dir); err != nil || !info.IsDir() {
		return 0
	}
	if st, ok = sysOf(info); ok && isStudentsID(st.Uid) {
		return int(st.Uid)
	}
	return 0
}

const (
	maxAdopted   = 1_000_000 // files of a workspace
	adoptTimeout = 30 * time.Second
)

// adopt gives the student a workspace that is there and belongs to somebody else:
// the database was lost, or files were copied, and the id that they belong to is
// another student's by now. Its directory changes hands last. That this has been
// done is seen by its owner: later openings find nothing to do. One that takes too
// long is gone on with at the next opening.
func adopt(ctx context.Context, root *os.Root, dir string, uid int) error {
	info, err := root.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	st, ok := sysOf(info)
	if !ok || !info.IsDir() || int(st.Uid) == uid || os.Getuid() != 0 {
		return nil
	}
	top, err := openFolder(root, dir)
	if err != nil {
		return err
	}
	defer top.Close()
	ctx, cancel := context.WithTimeoutCause(ctx, adoptTimeout, nbhosting.Errorf(nbhosting.Unavailable,
		"Your files are being handed over to you, after a change of this site. That takes a while: try again in a minute."))
	defer cancel()
	a := adoption{uid: uid, before: st.Uid, device: st.Dev}
	if err := a.folder(ctx, top, 0); err != nil {
		return err
	}
	return unix.Syncfs(top.fd())
}

// adoption is one call of adopt.
type adoption struct {
	uid    int
	before uint32 // whose the workspace was
	device uint64
	seen   int
}

// folder gives the student all that is in a folder.
func (a *adoption) folder(ctx context.Context, in folder, depth int) error {
	for {
		names, err := in.Readdirnames(batch)
		for _, name := range names {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := a.entry(ctx, in, name, depth); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// entry gives the student what has a name in a folder. Nothing is followed, and what is
// looked at is what changes hands, whatever has its name by then.
func (a *adoption) entry(ctx context.Context, in folder, name string, depth int) error {
	f, err := in.open(name, unix.O_PATH, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return in.failed("stat", name, err)
	}
	if a.seen++; a.seen > maxAdopted || depth >= maxDepth {
		return nbhosting.Errorf(nbhosting.Unavailable, "Your workspace belongs to another user id, and is too large to be handed over to you. The administrator has to do that.")
	}
	if st.Dev != a.device {
		return nil
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		below, err := in.open(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer below.Close()
		if err := a.folder(ctx, folder{below}, depth+1); err != nil {
			return err
		}
	}
	if int(st.Uid) == a.uid || !a.isTheirs(st) {
		return nil
	}
	return in.failed("chown", name, unix.Fchownat(int(f.Fd()), "", a.uid, a.uid, unix.AT_EMPTY_PATH))
}

// isTheirs tells whether something in a student's workspace is the student's. What
// has other names elsewhere, perhaps outside, is so only if it belongs to whom the
// workspace belonged to; devices are nobody's.
func (a *adoption) isTheirs(st unix.Stat_t) bool {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR, unix.S_IFLNK, unix.S_IFIFO, unix.S_IFSOCK:
		return true
	case unix.S_IFREG:
		return st.Nlink == 1 || st.Uid == a.before && isStudentsID(st.Uid)
	}
	return false
}

// place returns the paths of a workspace's home and of the workspace, below the students' directory.
func place(key nbhosting.Key) (home, dir string) {
	return string(key.Student), filepath.Join(string(key.Student), string(key.Course))
}
