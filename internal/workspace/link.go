package workspace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/nbhosting/nbhosting"
)

// Link puts a link for each static mapping beside the notebook file. The links
// lead below static, the path at which the student's server sees the course's
// read-only data. What the student has there that is no link is left alone.
func (w Workspace) Link(file, static string, mappings []nbhosting.StaticMapping) error {
	err := w.inside(func(root *os.Root) error {
		for _, m := range mappings {
			if err := link(root, path.Join(static, m.Destination), path.Join(path.Dir(file), m.Source)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return explain(fmt.Errorf("link static data into workspace %s: %w", w.key, err), file)
	}
	return nil
}

func link(root *os.Root, target, name string) error {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink == 0:
		return nil
	default:
		if present, err := root.Readlink(name); err == nil && present == target {
			return nil
		}
	}
	temp := path.Join(path.Dir(name), ".nbhosting-"+rand.Text())
	if err := root.Symlink(target, temp); err != nil {
		return err
	}
	if err := root.Rename(temp, name); err != nil {
		root.Remove(temp)
		return err
	}
	return nil
}
