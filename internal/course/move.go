package course

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// move gives the entry of one directory another place and name. It never
// replaces anything. An entry that is not there has been moved already, or never was.
func move(from *os.Root, name string, to *os.Root, newName string) error {
	source, err := from.Open(".")
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := to.Open(".")
	if err != nil {
		return err
	}
	defer target.Close()
	err = unix.Renameat2(int(source.Fd()), name, int(target.Fd()), newName, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) { // a file system that cannot promise
		if _, err := to.Lstat(newName); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("move %s to %s: %w", name, newName, fs.ErrExist), err)
		}
		err = unix.Renameat(int(source.Fd()), name, int(target.Fd()), newName)
	}
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("move %s to %s: %w", filepath.Join(from.Name(), name), filepath.Join(to.Name(), newName), err)
	}
	return nil
}

// moveIn is move from one directory to another; where the first is not, nothing is to be moved.
func moveIn(dir, name, newDir, newName string) error {
	from, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenRoot(newDir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, lstatErr := from.Lstat(name); errors.Is(lstatErr, fs.ErrNotExist) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	defer to.Close()
	return move(from, name, to, newName)
}

// mount tells mounted file systems apart: nothing can be moved from one to
// another in one step, nor can the place at which one is mounted.
type mount struct {
	id           uint64 // zero where the kernel (before Linux 5.8) does not tell
	major, minor uint32
}

// mountOf returns where an entry lies, and, if it is a link, not what it leads to.
func mountOf(path string) (mount, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, &st); err != nil {
		return mount{}, &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	return mount{st.Mnt_id, st.Dev_major, st.Dev_minor}, nil
}

// checkMovable refuses an entry of a directory that cannot be moved from there into another.
func checkMovable(dir, name, into string) error {
	entry, err := mountOf(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range []string{dir, into} {
		m, err := mountOf(d + "/.")
		if err != nil {
			return err
		}
		if m != entry {
			return fmt.Errorf("%s: %w", filepath.Join(dir, name), unix.EXDEV)
		}
	}
	return nil
}

// explainMove puts into words what kept the directories of a course from being moved.
func explainMove(err error, name nbhosting.CourseName) error {
	switch {
	case errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.EBUSY):
		return nbhosting.Because(err, nbhosting.Conflict, "What there is of the course %q lies on several file systems, or one is mounted in it: it cannot be moved. "+
			"Nothing was changed. The log says where; bring all on one file system first.", name)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nbhosting.Because(err, nbhosting.Unavailable, "There is no room left on the disk to move the course %q. Nothing was changed.", name)
	case errors.Is(err, fs.ErrExist):
		return nbhosting.Because(err, nbhosting.Conflict, "Something is in the way of the course %q. Nothing was changed; the log says what.", name)
	}
	return err
}
