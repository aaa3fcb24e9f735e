// Package disk asks of file systems what package os does not: that all that was
// written be on the disk, and that an entry be moved without replacing another.
package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Sync writes all of the file system that a directory lies on to its disk: a
// machine that stops later does not come back with empty files.
func Sync(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
