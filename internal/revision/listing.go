package revision

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// entry is a file that a revision may publish: of the course's own repository,
// of a submodule, or where a symlink leads to one.
type entry struct {
	git.Entry        // its path is that in the course
	clone     string // directory of the clone that holds the object
	link      string // the symlink through which it is here, else empty
	real      string // the path of the file that the symlink leads to, else empty
}

// isRegular tells whether an entry is a file; only files are published.
func isRegular(e git.Entry) bool { return e.Mode == git.ModeFile || e.Mode == git.ModeExecutable }

// listing is all that a commit holds, sorted by path.
type listing struct {
	entries []entry  // regular files and symlinks
	files   []entry  // regular files, also where symlinks lead to them
	missing []string // paths of the submodules that could not be had, sorted
	refused []refusedLink
	clones  []string // directories of the clones of submodules
	report
}

const (
	maxName = 255  // bytes of a part of a path: what file systems take
	maxPath = 2000 // bytes of a path, which leaves room below what the system takes
)

// defaultDeadline bounds what is fetched of submodules, where the configuration
// says nothing of it.
const defaultDeadline = 10 * time.Minute

// list lists the files of a commit, with those of its submodules and those that
// its symlinks lead to.
func (s *Store) list(ctx context.Context, course nbhosting.Course, commit git.Commit, before published) (*listing, error) {
	l := &lister{store: s, course: course, before: before}
	l.deadline = time.Now().Add(cmp.Or(s.Clones.Git.NetworkTimeout, defaultDeadline))
	own := repository{url: course.GitURL, clone: s.Clones.Dir(course.Name), commit: commit.Hash}
	if err := l.add(ctx, own); err != nil {
		return nil, err
	}
	slices.SortFunc(l.entries, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })
	if err := checkConflicts(l.entries); err != nil {
		return nil, err
	}
	if err := l.follow(ctx); err != nil {
		return nil, err
	}
	slices.Sort(l.missing)
	return &l.listing, nil
}

// lister makes a listing.
type lister struct {
	listing
	store    *Store
	course   nbhosting.Course
	before   published
	modules  int       // how many submodules were met
	deadline time.Time // of all that is fetched of submodules
}

// add adds the files of a repository, and of its submodules.
func (l *lister) add(ctx context.Context, r repository) error {
	entries, err := l.store.Clones.Git.Tree(ctx, r.clone, r.commit)
	if err != nil {
		return err
	}
	var modules []git.Entry
	var said git.Entry
	for _, e := range entries {
		if e.Path == modulesFile && isRegular(e) {
			said = e
		}
		e.Path = path.Join(r.path, e.Path)
		switch {
		case !fits(e.Path):
			l.warn(e.Path[:min(len(e.Path), maxName)], "The name of this file is too long, so that it is not published. Rename it: %d bytes are allowed for a name, %d for a path.", maxName, maxPath)
		case e.Mode == git.ModeSubmodule:
			modules = append(modules, e)
		default:
			l.entries = append(l.entries, entry{Entry: e, clone: r.clone})
		}
		if !utf8.ValidString(e.Path) {
			l.warn(strings.ToValidUTF8(e.Path, "\uFFFD"), "The name of this file is not UTF-8 text, so that no link and no pattern can name it. Rename it.")
		}
	}
	return l.addSubmodules(ctx, r, said, modules)
}

func fits(p string) bool {
	if len(p) > maxPath {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if len(part) > maxName {
			return false
		}
	}
	return true
}

// checkConflicts refuses what git itself never makes, but a forged tree may hold:
// two files of one name, or a file where others have a directory.
func checkConflicts(entries []entry) error {
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if seen[e.Path] {
			return fmt.Errorf("%q is in the repository twice: %w", e.Path, fs.ErrExist)
		}
		seen[e.Path] = true
	}
	for _, e := range entries {
		for dir := path.Dir(e.Path); dir != "."; dir = path.Dir(dir) {
			if seen[dir] {
				return fmt.Errorf("%q is a file and a directory: %w", dir, fs.ErrExist)
			}
		}
	}
	return nil
}
