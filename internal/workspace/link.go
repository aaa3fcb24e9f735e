package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// Link puts a link for each static mapping beside the notebook file. The links
// lead below static, the path at which the student's server sees the course's
// read-only data. What the student has there that is no link is left alone. In a
// clone, git is told not to mind them.
func (w Workspace) Link(file, static string, mappings []nbhosting.StaticMapping) error {
	err := w.inside(func(root *os.Root) error {
		var links []string
		for _, m := range mappings {
			name := path.Join(path.Dir(file), m.Source)
			if err := link(root, path.Join(static, m.Destination), name); err != nil {
				return err
			}
			links = append(links, name)
		}
		exclude(root, links)
		return nil
	})
	if err != nil {
		return explain(fmt.Errorf("link static data into workspace %s: %w", w.key, err), file)
	}
	return nil
}

func link(root *os.Root, target, name string) error {
	in, err := openFolder(root, path.Dir(name))
	if err != nil {
		return err
	}
	defer in.Close()
	base := path.Base(name)
	err = in.symlink(target, base)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	present, err := root.Readlink(name)
	if err != nil || present == target {
		return nil // no link, or the right one
	}
	return in.relink(target, base)
}

// relink has a link lead elsewhere. What came in its place meanwhile stays.
func (f folder) relink(target, name string) error {
	if err := f.sweep(); err != nil {
		return err
	}
	temp := tempName("")
	if err := f.symlink(target, temp); err != nil {
		return err
	}
	if err := f.exchange(temp, name); err != nil {
		return errors.Join(ignore(err, fs.ErrNotExist), f.remove(temp))
	}
	st, err := f.stat(temp)
	if err == nil && st.Mode&unix.S_IFMT != unix.S_IFLNK {
		if err := f.exchange(temp, name); err != nil {
			return errors.Join(err, f.recover(temp))
		}
		if st, err = f.stat(temp); err == nil && st.Mode&unix.S_IFMT != unix.S_IFLNK {
			return f.recover(temp)
		}
	}
	return errors.Join(err, f.remove(temp))
}
