package course

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// linkParts makes the names that existing sites know lead to whatever revision
// is current, all of them or, where one is taken, none.
func (c *Catalog) linkParts(name nbhosting.CourseName) error {
	for link := range partLinks(name) {
		if info, err := os.Lstat(filepath.Join(c.Root, link)); err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return nbhosting.Errorf(nbhosting.Conflict, "%s is a directory of another system. Move it away: what it holds comes from git.", link)
		}
	}
	for link, part := range partLinks(name) {
		path := filepath.Join(c.Root, link)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		target := filepath.Join("..", "revisions", string(name), currentLink, part)
		if now, err := os.Readlink(path); err == nil && now == target {
			continue
		}
		if err := replaceLink(target, path); err != nil {
			return err
		}
	}
	return nil
}

func partLinks(name nbhosting.CourseName) map[string]string {
	return map[string]string{
		filepath.Join("courses", string(name)): notebooksPart,
		filepath.Join("modules", string(name)): modulesPart,
		filepath.Join("static", string(name)):  staticPart,
	}
}

// unpublish removes all revisions of a course and the names that lead to them.
func (c *Catalog) unpublish(name nbhosting.CourseName) error {
	var errs []error
	for link := range partLinks(name) {
		path := filepath.Join(c.Root, link)
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(c.RevisionsDir(name)))...)
}

// replaceLink makes path a link to target; whoever looks sees the old one or the
// new. A course's links are replaced by one goroutine at a time, so that what a
// killed program left under the same name can go.
func replaceLink(target, path string) error {
	temp := filepath.Join(filepath.Dir(path), tempPrefix+filepath.Base(path))
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
