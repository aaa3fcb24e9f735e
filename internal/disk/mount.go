package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Mount tells mounted file systems apart: nothing can be moved from one to
// another in one step, nor can the place at which one is mounted.
type Mount struct {
	id           uint64 // zero where the kernel (before Linux 5.8) does not tell
	major, minor uint32
}

// MountOf returns where an entry lies, and, if it is a link, not what it leads to.
func MountOf(path string) (Mount, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, &st); err != nil {
		return Mount{}, &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	return Mount{st.Mnt_id, st.Dev_major, st.Dev_minor}, nil
}

// CheckMovable refuses an entry of a directory that cannot be moved from there into another: EXDEV.
func CheckMovable(dir, name, into string) error {
	entry, err := MountOf(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range []string{dir, into} {
		m, err := MountOf(d + "/.")
		if err != nil {
			return err
		}
		if m != entry {
			return fmt.Errorf("%s: %w", filepath.Join(dir, name), unix.EXDEV)
		}
	}
	return nil
}
