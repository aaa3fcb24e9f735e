package revision

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// folder keeps the directory open that was asked for last. Files come sorted by
// path, so that it is mostly the one that is asked for next.
type folder struct {
	top  *os.Root
	path string
	root *os.Root
	file *os.File // the same
}

// open opens a directory below the top, in place of the one before.
func (d *folder) open(path string) error {
	if d.root != nil && d.path == path {
		return nil
	}
	if err := d.close(); err != nil {
		return err
	}
	root, err := d.top.OpenRoot(path)
	if err != nil {
		return err
	}
	file, err := root.Open(".")
	if err != nil {
		return errors.Join(err, root.Close())
	}
	d.path, d.root, d.file = path, root, file
	return nil
}

// make opens a directory, which it makes if it is not there.
func (d *folder) make(path string) error {
	err := d.open(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.top.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return d.open(path)
}

func (d *folder) close() error {
	if d.root == nil {
		return nil
	}
	err := errors.Join(d.file.Close(), d.root.Close())
	d.root, d.file = nil, nil
	return err
}

// linkFrom makes name in the directory a link to the file from in another one.
func (d *folder) linkFrom(other *folder, from, name string) error {
	return unix.Linkat(int(other.file.Fd()), from, int(d.file.Fd()), name, 0)
}
