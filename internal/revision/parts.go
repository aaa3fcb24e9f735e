package revision

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Link is a name that existing sites know. It leads to a part of whatever
// revision of a course is current.
type Link struct {
	Path   string // below the data directory
	Target string // what the link holds
}

// Links returns the links of a course; those of two courses are in the same order.
func Links(name nbhosting.CourseName) []Link {
	link := func(dir, part string) Link {
		return Link{filepath.Join(dir, string(name)), filepath.Join("..", "revisions", string(name), currentLink, part)}
	}
	return []Link{link("courses", notebooksPart), link("modules", modulesPart), link("static", staticPart)}
}

// IsIn tells whether the link is there, below the data directory root. What has
// its name may as well be of another system.
func (l Link) IsIn(root string) bool {
	target, err := os.Readlink(filepath.Join(root, l.Path))
	return err == nil && target == l.Target
}

// linkParts makes the links of a course, all of them or, where a name is taken, none.
func (s *Store) linkParts(name nbhosting.CourseName) error {
	for _, link := range Links(name) {
		if info, err := os.Lstat(filepath.Join(s.Root, link.Path)); err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return nbhosting.Errorf(nbhosting.Conflict, "%s is a directory of another system. Move it away: what it holds comes from git.", link.Path)
		}
	}
	for _, link := range Links(name) {
		path := filepath.Join(s.Root, link.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if link.IsIn(s.Root) {
			continue
		}
		if err := replaceLink(link.Target, path); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes all revisions of a course and the links to their parts.
func (s *Store) Remove(name nbhosting.CourseName) error {
	var errs []error
	for _, link := range Links(name) {
		path := filepath.Join(s.Root, link.Path)
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(s.RevisionsDir(name)))...)
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
