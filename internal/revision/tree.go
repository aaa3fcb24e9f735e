package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// tree is a revision's tree while it is written. A content that the tree before
// has, or this one already, is linked rather than written again. Its date is
// therefore that of the commit with which it came first; students' copies keep it.
type tree struct {
	git    git.Runner
	root   *os.Root // of all revisions of the course
	dir    string   // the tree, in root
	date   time.Time
	before manifest
	have   map[made]string // where in root a content is
	into   folder          // where the last file was put
	from   folder          // from where the last one was linked
	made   manifest
	points map[string]bool // objects that are Git LFS pointers
}

// newTree begins a tree beside that of the revision before, if there is one.
func (s *Store) newTree(root *os.Root, dir string, date time.Time, before published) (*tree, error) {
	t := &tree{
		git: s.Clones.Git, root: root, dir: dir, date: date, before: newManifest(), made: newManifest(),
		have: map[made]string{}, points: map[string]bool{}, into: folder{top: root}, from: folder{top: root},
	}
	if before.dir != "" {
		var err error
		if t.before, err = readManifest(root, before.dir); err != nil {
			s.Logger.Warn("a revision does not say what its files are: nothing of it is shared", "revision", before.dir, "err", err)
		}
	}
	for p, of := range t.before.Files {
		t.have[of] = path.Join(before.dir, p)
	}
	for _, object := range t.before.Pointers {
		t.points[object] = true
	}
	for _, part := range []string{notebooksPart, modulesPart, staticPart} {
		if err := root.Mkdir(path.Join(dir, part), 0o755); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// write writes files. Of those with the same content, one is read and written.
func (t *tree) write(ctx context.Context, files []file) error {
	for len(files) > 0 {
		reading := map[made]bool{}
		var now, later []file
		for _, f := range files {
			switch {
			case reading[contentOf(f)]:
				later = append(later, f)
			case !t.link(f):
				reading[contentOf(f)] = true
				now = append(now, f)
			}
		}
		if err := eachContent(ctx, t.git, now, t.writeFile); err != nil {
			return err
		}
		files = later
	}
	return nil
}

func contentOf(f file) made { return made{f.entry.Object, f.entry.Mode == git.ModeExecutable} }

// link makes f a link to where its content is already, and tells whether it could.
func (t *tree) link(f file) bool {
	of := contentOf(f)
	source, found := t.have[of]
	if !found {
		return false
	}
	if t.linkTo(source, path.Join(t.dir, f.path)) != nil {
		// It has as many links as a file can have, or is gone, or links are not to
		// be had here. What is in the way of the file, its writing tells.
		delete(t.have, of)
		return false
	}
	t.made.note(f.path, of)
	return true
}

func (t *tree) linkTo(source, target string) error {
	if err := t.from.open(path.Dir(source)); err != nil {
		return err
	}
	if err := t.into.make(path.Dir(target)); err != nil {
		return err
	}
	return t.into.linkFrom(&t.from, path.Base(source), path.Base(target))
}

func (t *tree) writeOrLink(f file, content io.Reader) error {
	if t.link(f) {
		return nil
	}
	return t.writeFile(f, content)
}

func (t *tree) writeFile(f file, content io.Reader) error {
	if f.entry.Size < maxPointer {
		text, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		if isPointer(text) {
			t.points[f.entry.Object] = true
		}
		content = bytes.NewReader(text)
	}
	target := path.Join(t.dir, f.path)
	mode := fs.FileMode(0o644)
	if f.entry.Mode == git.ModeExecutable {
		mode = 0o755
	}
	if err := t.create(target, mode, content); err != nil {
		return err
	}
	t.have[contentOf(f)] = target
	t.made.note(f.path, contentOf(f))
	return nil
}

func (t *tree) create(target string, mode fs.FileMode, content io.Reader) error {
	if err := t.into.make(path.Dir(target)); err != nil {
		return err
	}
	dir, name := t.into.root, path.Base(target)
	out, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, content); err != nil {
		out.Close()
		return fmt.Errorf("write %s: %w", target, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write %s: %w", target, err)
	}
	return dir.Chtimes(name, t.date, t.date)
}

// close ends the writing.
func (t *tree) close() error { return errors.Join(t.into.close(), t.from.close()) }

// pointers returns the paths in the course of those files that are Git LFS
// pointers and not hidden, and notes their objects.
func (t *tree) pointers(files []file, said settings.Settings) []string {
	var paths []string
	noted := map[string]bool{}
	for _, f := range files {
		if !t.points[f.entry.Object] || isHidden(f.entry.Path, said) {
			continue
		}
		paths = append(paths, f.entry.Path)
		if !noted[f.entry.Object] {
			noted[f.entry.Object] = true
			t.made.Pointers = append(t.made.Pointers, f.entry.Object)
		}
	}
	return paths
}
