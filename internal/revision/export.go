package revision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Export writes the published commit of a course into dir, an empty directory,
// and returns its hash. That is all of the repository and its submodules, as a
// clone would have it, but for what git keeps about itself, what the course hides
// from students, and links that lead out of the repository. Files are this
// program's own and carry the date of the commit. It fails as [Store.Current]
// does where nothing is published. The course must not be pulled meanwhile.
func (s *Store) Export(ctx context.Context, course nbhosting.Course, dir string) (commit string, err error) {
	return s.exportSome(ctx, course, dir, func(string) bool { return true })
}

// exportSome is Export of the files whose paths are wanted.
func (s *Store) exportSome(ctx context.Context, course nbhosting.Course, dir string, wanted func(string) bool) (commit string, err error) {
	r, err := s.Current(course.Name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	if err := s.export(ctx, course, r, dir, wanted); err != nil {
		return "", Explain(fmt.Errorf("export revision %s of %s: %w", r.Commit, course.Name, err), course.Name)
	}
	return r.Commit, nil
}

func (s *Store) export(ctx context.Context, course nbhosting.Course, r *Revision, dir string, wanted func(string) bool) error {
	root, err := openEmpty(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	l, err := s.listPublished(ctx, course, r)
	if err != nil {
		return err
	}
	hidden, _, err := r.hides(&l.listing)
	if err != nil {
		return err
	}
	files, symlinks := exported(l.entries, func(p string) bool { return wanted(p) && !hidden[p] })
	x := exporter{root: root, date: r.Date, dirs: map[string]bool{}}
	if err := eachContent(ctx, s.Clones.Git, files, x.writeFile); err != nil {
		return err
	}
	// Links come last: no file is written through one.
	if err := eachContent(ctx, s.Clones.Git, symlinks, x.writeLink); err != nil {
		return err
	}
	return x.removeStrayLinks(symlinks)
}

func openEmpty(dir string) (*os.Root, error) {
	there, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(there) > 0 {
		return nil, fmt.Errorf("%s is not empty", dir)
	}
	return os.OpenRoot(dir)
}

// listPublished lists what is in the clones of a revision. A submodule that could
// not be had when it was published is not asked for again.
func (s *Store) listPublished(ctx context.Context, course nbhosting.Course, r *Revision) (*lister, error) {
	l := &lister{store: s, course: course, deadline: time.Now()}
	own := repository{url: course.GitURL, clone: s.Clones.Dir(course.Name), commit: r.Commit}
	if err := l.add(ctx, own); err != nil {
		return nil, err
	}
	if err := checkConflicts(l.entries); err != nil {
		return nil, err
	}
	return l, l.follow(ctx)
}

// exported are the files and links among entries whose paths are wanted.
func exported(entries []entry, wanted func(string) bool) (files, symlinks []entry) {
	for _, e := range entries {
		switch {
		case !wanted(e.Path):
		case isRegular(e.Entry):
			files = append(files, e)
		case e.Mode == git.ModeSymlink:
			symlinks = append(symlinks, e)
		}
	}
	return files, symlinks
}

// hides tells what the revision hides, by the patterns that it was published
// with: those of the site may be others by now. Links can be hidden themselves;
// what is hidden where a link leads to it, and shown nowhere, is hidden where it is.
func (r *Revision) hides(l *listing) (hidden map[string]bool, patterns []string, err error) {
	said, err := r.Contents()
	hidden, patterns = map[string]bool{}, said.Settings.Hidden
	if err != nil || len(patterns) == 0 {
		return hidden, nil, err
	}
	var paths []string
	for _, entries := range [][]entry{l.entries, l.files} {
		for _, e := range entries {
			paths = append(paths, e.Path)
		}
	}
	for _, p := range settings.Hide(patterns, paths) {
		hidden[p] = true
	}
	for _, e := range l.files {
		if hidden[e.Path] && e.real != "" && !r.shows(e.real) {
			hidden[e.real] = true
		}
	}
	return hidden, patterns, nil
}

// shows tells whether students see the file at a path of the repository.
func (r *Revision) shows(file string) bool {
	places := []string{path.Join(notebooksPart, file), path.Join(staticPart, file)}
	if isBelow(file, modulesPart) {
		places = append(places, file)
	}
	return slices.ContainsFunc(places, func(place string) bool {
		_, err := r.root.Lstat(place)
		return err == nil
	})
}

// exporter writes the tree of a commit.
type exporter struct {
	root *os.Root
	date time.Time
	dirs map[string]bool // that exist
}

func (x exporter) makeDir(dir string) error {
	if x.dirs[dir] {
		return nil
	}
	x.dirs[dir] = true
	return x.root.MkdirAll(dir, 0o755)
}

func (x exporter) writeFile(e entry, content io.Reader) error {
	if err := x.makeDir(path.Dir(e.Path)); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if e.Mode == git.ModeExecutable {
		mode = 0o755
	}
	out, err := x.root.OpenFile(e.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", e.Path, err)
	}
	return x.root.Chtimes(e.Path, x.date, x.date)
}

// writeLink writes a link as the repository has it, wherever it leads.
func (x exporter) writeLink(e entry, content io.Reader) error {
	target, err := io.ReadAll(io.LimitReader(content, maxLinkTarget))
	if err != nil {
		return err
	}
	if len(target) == 0 || len(target) == maxLinkTarget || slices.Contains(target, 0) {
		return nil // no system takes it
	}
	if err := x.makeDir(path.Dir(e.Path)); err != nil {
		return err
	}
	return x.root.Symlink(string(target), e.Path)
}

// removeStrayLinks removes the links that lead out of the tree, directly or
// through others. One that leads nowhere stays: a script may make its target.
func (x exporter) removeStrayLinks(symlinks []entry) error {
	for _, l := range symlinks {
		_, err := x.root.Stat(l.Path)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := x.root.Remove(l.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
