package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/nbhosting/nbhosting"
)

// Results are the books that a site has.
type Results struct{ dir string }

// Latest is the name under which the present result of a build is served.
const Latest = "latest"

// Result is one book, complete; it never changes. To be closed after use.
type Result struct {
	Name    string // what it is called on disk
	Commit  string // that it was made from: its full hash where that is known
	BuiltAt time.Time
	root    *os.Root
	rec     record // empty: an earlier system made it
}

// resultName is what results are called: a commit, in short, and where several
// results are of one commit, something more.
var resultName = regexp.MustCompile(`^[0-9a-f]{4,64}(-[0-9a-f]{8})?$`)

// Open opens the result of a build that has the name, which may be [Latest]; else NotFound.
func (rs Results) Open(course nbhosting.CourseName, id, name string) (*Result, error) {
	if _, err := nbhosting.ParseCourseName(string(course)); err != nil || !isID(id) {
		return nil, nbhosting.Because(err, nbhosting.NotFound, "There is no such book.")
	}
	r, err := rs.open(course, id, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == Latest:
		return nil, nbhosting.Because(err, nbhosting.NotFound, "The course %q has no book %q, or it has not been built yet.", course, id)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nbhosting.Because(err, nbhosting.NotFound, "The course %q has no such version of a book %q. Old ones are removed; look at the latest.", course, id)
	}
	return r, err
}

// open fails with fs.ErrNotExist where there is no such result.
func (rs Results) open(course nbhosting.CourseName, id, name string) (*Result, error) {
	dir := rs.of(course, id)
	if name == Latest {
		var err error
		if name, err = latest(dir); err != nil {
			return nil, err
		}
	}
	if !resultName.MatchString(name) {
		return nil, fs.ErrNotExist
	}
	path := filepath.Join(dir, name)
	if info, err := os.Lstat(path); errors.Is(err, syscall.ENOTDIR) || err == nil && !info.IsDir() {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	r := &Result{Name: name, root: root}
	if err := r.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("result %s of the build %q of %s: %w", name, id, course, err), root.Close())
	}
	return r, nil
}

// Close lets go of the result's files.
func (r *Result) Close() error { return r.root.Close() }

// Files returns the files of the result.
func (r *Result) Files() *os.Root { return r.root }

func (rs Results) of(course nbhosting.CourseName, id string) string {
	return filepath.Join(rs.dir, string(course), id)
}

// isID tells whether id can be that of a build: one component of a path.
func isID(id string) bool {
	return id != "" && len(id) <= maxID && !strings.HasPrefix(id, ".") &&
		!strings.ContainsFunc(id, func(c rune) bool { return c == '/' || unicode.IsControl(c) })
}

const maxID = 200 // bytes

// latest returns the name of the result that is shown.
func latest(dir string) (string, error) {
	name, err := os.Readlink(filepath.Join(dir, Latest))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fs.ErrNotExist // it is no link, or below something that is no directory
	}
	return name, err
}

// all returns the complete results of a build, the newest first, all closed.
func (rs Results) all(course nbhosting.CourseName, id string) ([]*Result, error) {
	entries, err := os.ReadDir(rs.of(course, id))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []*Result
	for _, e := range entries {
		if !e.IsDir() || !resultName.MatchString(e.Name()) {
			continue
		}
		r, err := rs.open(course, id, e.Name())
		if err != nil {
			return nil, err
		}
		r.Close()
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b *Result) int { return b.BuiltAt.Compare(a.BuiltAt) })
	return all, nil
}

// Remove removes all results of a course.
func (rs Results) Remove(course nbhosting.CourseName) error {
	if _, err := nbhosting.ParseCourseName(string(course)); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(rs.dir, string(course)))
}
