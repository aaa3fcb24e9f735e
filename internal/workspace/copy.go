package workspace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// Copy makes the student's copy of a notebook from source, the file of the same
// name in the course, unless the student has one: that is never overwritten.
// Mode and modification time are the source's. It tells whether a copy was made.
func (w Workspace) Copy(source fs.File, file string) (copied bool, err error) {
	err = w.inside(func(root *os.Root) error {
		exists, err := has(root, file)
		if err != nil || exists {
			return err
		}
		if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
			return err
		}
		copied, err = copyNew(root, source, file)
		return err
	})
	if err != nil {
		return false, explain(fmt.Errorf("copy %s into workspace %s: %w", file, w.key, err), file)
	}
	return copied, nil
}

// copyNew writes a temporary file and links it into place, which fails where a
// rename would replace what came there meanwhile.
func copyNew(root *os.Root, source fs.File, file string) (bool, error) {
	info, err := source.Stat()
	if err != nil {
		return false, err
	}
	temp := path.Join(path.Dir(file), ".nbhosting-"+rand.Text())
	defer root.Remove(temp)
	if err := writeNew(root, temp, source, info); err != nil {
		return false, err
	}
	if err := root.Link(temp, file); errors.Is(err, fs.ErrExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}

func writeNew(root *os.Root, name string, source io.Reader, info fs.FileInfo) error {
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, source)
	if err == nil {
		err = out.Chmod(info.Mode().Perm() | 0o600) // the student works in it
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return root.Chtimes(name, info.ModTime(), info.ModTime())
}
