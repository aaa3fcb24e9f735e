package revision

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// A course's view is what its running servers see of modules and static data: two
// directories that stay in place, to be mounted, with a link for each name at
// the top of the part. The links lead through the mount of the course's
// revisions ([nbhosting.CourseMount]): replacing the link "current" there shows
// all running servers the new revision at once.
const viewDir = "view"

// ModulesView returns the directory in which a server finds the course's
// importable code, when it is mounted beside the revisions.
func (p Places) ModulesView(name nbhosting.CourseName) string {
	return filepath.Join(p.RevisionsDir(name), viewDir, modulesPart)
}

// StaticView is to static data what ModulesView is to code.
func (p Places) StaticView(name nbhosting.CourseName) string {
	return filepath.Join(p.RevisionsDir(name), viewDir, staticPart)
}

// showNames adds to the view of a course what the revision commit has and it has
// not. Until the revision is current, these links lead nowhere.
func showNames(dir, commit string) error {
	for _, part := range []string{modulesPart, staticPart} {
		view := filepath.Join(dir, viewDir, part)
		if err := os.MkdirAll(view, 0o755); err != nil {
			return err
		}
		entries, err := os.ReadDir(filepath.Join(dir, commit, part))
		if err != nil {
			return err
		}
		for _, e := range entries {
			target := filepath.Join("..", nbhosting.CourseMount, currentLink, part, e.Name())
			if err := os.Symlink(target, filepath.Join(view, e.Name())); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	return nil
}

// hideNames removes from the view of a course what the revision commit has not.
func hideNames(dir, commit string) error {
	for _, part := range []string{modulesPart, staticPart} {
		view := filepath.Join(dir, viewDir, part)
		links, err := os.ReadDir(view)
		if err != nil {
			return err
		}
		for _, l := range links {
			_, err := os.Lstat(filepath.Join(dir, commit, part, l.Name()))
			if errors.Is(err, fs.ErrNotExist) {
				err = os.Remove(filepath.Join(view, l.Name()))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
