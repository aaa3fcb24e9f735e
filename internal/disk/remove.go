package disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const (
	// maxBelow is how many directories one below the other are gone into, each with a file open.
	maxBelow = 64
	// namesAtOnce is how many names are read of a directory before they are removed.
	namesAtOnce = 1024
)

// RemoveAll removes what is at path with all that is in it, and follows no link. What
// is not there is removed already. It does what [os.RemoveAll] does, but takes no more memory and open files
// where somebody has made a hundred thousand directories one below the other.
func RemoveAll(path string) error {
	parent, err := os.Open(filepath.Dir(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer parent.Close()
	return removeTop(parent, filepath.Base(path))
}

// RemoveIn is RemoveAll of an entry of a directory.
func RemoveIn(dir *os.Root, name string) error {
	parent, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer parent.Close()
	return removeTop(parent, name)
}

// removeTop empties a directory as often as directories from far below were moved up into it.
func removeTop(parent *os.File, name string) (err error) {
	defer func() {
		if err != nil { // the rest of the path may be longer than anybody wants to read
			err = fmt.Errorf("remove %s: %w", filepath.Join(parent.Name(), name), err)
		}
	}()
	top, err := unlinkOrOpen(parent, name)
	if top == nil {
		return err
	}
	defer top.Close()
	for moved := true; moved; {
		r := remover{top: top}
		if err := r.empty(top, 0); err != nil {
			return err
		}
		moved = r.moved
	}
	return rmdir(parent, name)
}

// remover is one pass over a directory.
type remover struct {
	top   *os.File
	moved bool // something is in it now that was too far below
}

// empty removes all that is in a directory, or moves it to the top.
func (r *remover) empty(dir *os.File, below int) error {
	for {
		if _, err := dir.Seek(0, io.SeekStart); err != nil { // what was read is not there any more
			return err
		}
		names, err := dir.Readdirnames(namesAtOnce)
		if err != nil && err != io.EOF {
			return err
		}
		removed, failure := 0, error(nil)
		for _, name := range names {
			if err := r.remove(dir, name, below); err != nil {
				failure = err
			} else {
				removed++
			}
		}
		if len(names) == 0 || removed == 0 || r.moved && below == 0 {
			return failure
		}
	}
}

func (r *remover) remove(dir *os.File, name string, below int) error {
	if below == maxBelow {
		return r.raise(dir, name)
	}
	child, err := unlinkOrOpen(dir, name)
	if child == nil {
		return err
	}
	defer child.Close()
	if err := r.empty(child, below+1); err != nil {
		return err
	}
	return rmdir(dir, name)
}

// raise moves an entry to the top, where the next pass finds it.
func (r *remover) raise(dir *os.File, name string) error {
	err := unix.Renameat(int(dir.Fd()), name, int(r.top.Fd()), rand.Text())
	if err == unix.ENOENT {
		return nil
	}
	r.moved = r.moved || err == nil
	return err
}

// unlinkOrOpen removes an entry, or opens it if it is a directory.
func unlinkOrOpen(dir *os.File, name string) (*os.File, error) {
	err := unix.Unlinkat(int(dir.Fd()), name, 0)
	if err == nil || err == unix.ENOENT {
		return nil, nil
	}
	fd, openErr := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	switch {
	case openErr == unix.ENOENT:
		return nil, nil
	case openErr == unix.ENOTDIR || openErr == unix.ELOOP:
		return nil, err
	case openErr != nil:
		// One that may not be looked into can be removed all the same, if nothing is in it.
		if unix.Unlinkat(int(dir.Fd()), name, unix.AT_REMOVEDIR) == nil {
			return nil, nil
		}
		return nil, openErr
	}
	return os.NewFile(uintptr(fd), name), nil
}

func rmdir(dir *os.File, name string) error {
	err := unix.Unlinkat(int(dir.Fd()), name, unix.AT_REMOVEDIR)
	if err == unix.ENOENT {
		return nil
	}
	return err
}
