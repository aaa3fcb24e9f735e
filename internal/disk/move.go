package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Move gives the entry of one directory another place and name. It never
// replaces anything. An entry that is not there has been moved already, or never was.
func Move(from *os.Root, name string, to *os.Root, newName string) error {
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

// MoveIn is Move from one directory to another; where the first is not, nothing is to be moved.
func MoveIn(dir, name, newDir, newName string) error {
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
	return Move(from, name, to, newName)
}
