package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// maxNotebook bounds what is read of a notebook in order to know its title, in bytes.
const maxNotebook = 64 << 20

// writeNotebooks writes notebooks, and reads those that are new or have changed.
func (t *tree) writeNotebooks(ctx context.Context, files []file) error {
	var fresh []file
	for _, f := range files {
		known, found := t.before.Notebooks[f.entry.Path]
		if found && known.Object == f.entry.Object && t.link(f) {
			t.made.Notebooks[f.entry.Path] = known
			continue
		}
		fresh = append(fresh, f)
	}
	return eachContent(ctx, t.git, fresh, func(f file, content io.Reader) error {
		if f.entry.Size > maxNotebook {
			t.made.Notebooks[f.entry.Path] = tooLarge(f.entry)
			return t.writeOrLink(f, content)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		t.made.Notebooks[f.entry.Path] = read(f.entry, text)
		return t.writeOrLink(f, bytes.NewReader(text))
	})
}

// read says what a notebook says of itself. Of what cannot be read, it says why.
func read(e entry, text []byte) reading {
	info, err := notebook.Read(e.Path, text)
	r := reading{Object: e.Object, Info: info}
	if problem, ok := errors.AsType[*notebook.Error](err); ok && !isPointer(text) {
		r.Line, r.Problem = problem.Line, problem.Message
	}
	return r
}

func tooLarge(e entry) reading {
	return reading{
		Object: e.Object, Info: notebook.Unreadable(e.Path),
		Problem: fmt.Sprintf("It has %d MB, where notebooks of up to %d MB are read. Clear its outputs, and commit again.", e.Size>>20, maxNotebook>>20),
	}
}

// removeNotebooks removes notebooks that students must not see.
func (t *tree) removeNotebooks(paths []string) error {
	for _, p := range paths {
		delete(t.made.Notebooks, p)
		delete(t.made.Files, path.Join(notebooksPart, p))
		if err := t.root.Remove(path.Join(t.dir, notebooksPart, p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		// Nor do they see that there was a directory of such.
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			if t.root.Remove(path.Join(t.dir, notebooksPart, dir)) != nil {
				break // it holds something else
			}
		}
	}
	return nil
}

// infos returns what the notebooks of the tree say of themselves.
func (t *tree) infos() map[string]notebook.Info {
	infos := make(map[string]notebook.Info, len(t.made.Notebooks))
	for p, r := range t.made.Notebooks {
		infos[p] = r.Info
	}
	return infos
}

// reportNotebooks tells of the notebooks that cannot be read.
func (t *tree) reportNotebooks(r *report) {
	for p, read := range t.made.Notebooks {
		if read.Problem != "" {
			r.add(settings.SeverityWarning, p, read.Line, "This notebook cannot be read, so that its path is its title. "+read.Problem)
		}
	}
}
