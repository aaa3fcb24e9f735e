package course

import (
	"context"
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
)

// defaultMappings are those of a course that says nothing about it.
func defaultMappings() []nbhosting.StaticMapping {
	return []nbhosting.StaticMapping{
		{Source: "media", Destination: "media"},
		{Source: "data", Destination: "data"},
	}
}

// file is one file of a revision's tree: what is at path comes from the entry.
type file struct {
	path  string
	entry git.Entry
}

// planTree says which files of a commit are published, and where: the
// notebooks, the modules, and what static mappings lead to. Only regular files are.
func planTree(entries []git.Entry, mappings []nbhosting.StaticMapping) []file {
	var plan []file
	for _, e := range entries {
		if e.Mode != git.ModeFile && e.Mode != git.ModeExecutable {
			continue
		}
		if slices.Contains(nbhosting.NotebookExtensions, path.Ext(e.Path)) {
			plan = append(plan, file{path.Join(notebooksPart, e.Path), e})
		}
		if strings.HasPrefix(e.Path, modulesPart+"/") {
			plan = append(plan, file{e.Path, e})
		}
		if slices.ContainsFunc(mappings, func(m nbhosting.StaticMapping) bool { return isBelow(e.Path, m.Destination) }) {
			plan = append(plan, file{path.Join(staticPart, e.Path), e})
		}
	}
	return plan
}

// isBelow tells whether p is dir or lies in it.
func isBelow(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// present returns the mappings that lead to something that is published.
func present(mappings []nbhosting.StaticMapping, entries []git.Entry) []nbhosting.StaticMapping {
	return slices.DeleteFunc(slices.Clone(mappings), func(m nbhosting.StaticMapping) bool {
		return !slices.ContainsFunc(entries, func(e git.Entry) bool {
			return isBelow(e.Path, m.Destination) && (e.Mode == git.ModeFile || e.Mode == git.ModeExecutable)
		})
	})
}

// writeTree writes the planned files into dir. All carry the date of the commit:
// students' copies keep it.
func (c *Catalog) writeTree(ctx context.Context, name nbhosting.CourseName, dir string, plan []file, date time.Time) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, part := range []string{notebooksPart, modulesPart, staticPart} {
		if err := root.Mkdir(part, 0o755); err != nil {
			return err
		}
	}
	next := 0
	return c.Git.Blobs(ctx, c.gitDir(name), objects(plan), func(_ string, content io.Reader) error {
		f := plan[next]
		next++
		return writeFile(root, f, content, date)
	})
}

func objects(plan []file) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range plan {
			if !yield(f.entry.Object) {
				return
			}
		}
	}
}

func writeFile(root *os.Root, f file, content io.Reader, date time.Time) error {
	if err := root.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.entry.Mode == git.ModeExecutable {
		mode = 0o755
	}
	out, err := root.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
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
	return root.Chtimes(f.path, date, date)
}
