package build

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// tempPrefix begins the names of what is not complete, or about to be removed.
const tempPrefix = ".new-"

// place gives a complete result its name. No name is used again while it may be
// in the caches of browsers.
func (rs Results) place(t task, temp string) (name string, err error) {
	dir := rs.of(t.course, t.build.ID)
	name = short(t.commit)
	if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
		more := make([]byte, 4)
		rand.Read(more) // never fails
		name += "-" + hex.EncodeToString(more)
	}
	return name, os.Rename(temp, filepath.Join(dir, name))
}

// show makes a result the latest; whoever looks sees the old one or the new.
func (rs Results) show(course nbhosting.CourseName, id, name string) error {
	link := filepath.Join(rs.of(course, id), Latest)
	if now, err := os.Readlink(link); err == nil && now == name {
		return nil
	}
	temp := filepath.Join(rs.of(course, id), tempPrefix+rand.Text())
	if err := os.Symlink(name, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, link); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// prune removes old results. That it cannot is no failure of the build.
func (b *Builder) prune(t task, shown string) {
	all, err := b.results.all(t.course, t.build.ID)
	kept := 0
	for _, r := range all {
		if r.Name == shown {
			continue
		}
		if kept++; kept > b.KeepResults {
			err = errors.Join(err, b.results.remove(t.course, t.build.ID, r.Name))
		}
	}
	if err != nil {
		b.Logger.Warn("old results of a build could not be removed", "course", t.course, "build", t.build.ID, "err", err)
	}
}

// remove takes a result's name away first: no part of it is taken for the whole.
func (rs Results) remove(course nbhosting.CourseName, id, name string) error {
	temp := filepath.Join(rs.of(course, id), tempPrefix+rand.Text())
	if err := os.Rename(filepath.Join(rs.of(course, id), name), temp); err != nil {
		return err
	}
	return os.RemoveAll(temp)
}

// removeTemporary removes what a program that was killed had begun.
func removeTemporary(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
