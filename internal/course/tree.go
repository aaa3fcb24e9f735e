package course

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// file is one file of a revision's tree: what is at path comes from the entry.
type file struct {
	path  string
	entry git.Entry
}

// isRegular tells whether an entry is a file; only files are published.
func isRegular(e git.Entry) bool { return e.Mode == git.ModeFile || e.Mode == git.ModeExecutable }

// notebookFiles are the files that end as a notebook does.
func notebookFiles(entries []git.Entry) []file {
	var files []file
	for _, e := range entries {
		if isRegular(e) && slices.Contains(nbhosting.NotebookExtensions, path.Ext(e.Path)) {
			files = append(files, file{path.Join(notebooksPart, e.Path), e})
		}
	}
	return files
}

// otherFiles are the modules and what static mappings lead to, but for what is hidden.
func otherFiles(entries []git.Entry, said settings.Settings) []file {
	hidden := map[string]bool{}
	for _, p := range said.HiddenPaths {
		hidden[p] = true
	}
	var files []file
	for _, e := range entries {
		if !isRegular(e) || hidden[e.Path] {
			continue
		}
		if strings.HasPrefix(e.Path, modulesPart+"/") {
			files = append(files, file{e.Path, e})
		}
		if slices.ContainsFunc(said.Links, func(m nbhosting.StaticMapping) bool { return isBelow(e.Path, m.Destination) }) {
			files = append(files, file{path.Join(staticPart, e.Path), e})
		}
	}
	return files
}

// isBelow tells whether p is dir or lies in it.
func isBelow(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// tree is a revision's tree while it is written. All files carry the date of the
// commit: students' copies keep it.
type tree struct {
	git    git.Runner
	gitDir string
	root   *os.Root
	date   time.Time
}

func (c *Catalog) newTree(name nbhosting.CourseName, dir string, date time.Time) (*tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{notebooksPart, modulesPart, staticPart} {
		if err := root.Mkdir(part, 0o755); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return &tree{git: c.Git, gitDir: c.gitDir(name), root: root, date: date}, nil
}

func (t *tree) close() { t.root.Close() }

// writeNotebooks writes notebooks, and says of each what it says of itself.
func (t *tree) writeNotebooks(ctx context.Context, files []file) (map[string]notebook.Info, error) {
	infos := make(map[string]notebook.Info, len(files))
	err := t.each(ctx, files, func(f file, content io.Reader) error {
		text, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		// What cannot be read keeps its path for a title.
		infos[f.entry.Path], _ = notebook.Read(f.entry.Path, text)
		return t.writeFile(f, bytes.NewReader(text))
	})
	return infos, err
}

// removeNotebooks removes notebooks that students must not see.
func (t *tree) removeNotebooks(paths []string) error {
	for _, p := range paths {
		if err := t.root.Remove(path.Join(notebooksPart, p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// write writes files.
func (t *tree) write(ctx context.Context, files []file) error { return t.each(ctx, files, t.writeFile) }

// each calls do with the content of each file, in order.
func (t *tree) each(ctx context.Context, files []file, do func(file, io.Reader) error) error {
	next := 0
	return t.git.Blobs(ctx, t.gitDir, objects(files), func(_ string, content io.Reader) error {
		f := files[next]
		next++
		return do(f, content)
	})
}

func objects(files []file) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range files {
			if !yield(f.entry.Object) {
				return
			}
		}
	}
}

func (t *tree) writeFile(f file, content io.Reader) error {
	if err := t.root.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.entry.Mode == git.ModeExecutable {
		mode = 0o755
	}
	out, err := t.root.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, content); err != nil {
		out.Close()
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return t.root.Chtimes(f.path, t.date, t.date)
}
