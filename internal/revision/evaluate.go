package revision

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// maxSettings bounds what is read of a settings file, in bytes: more than package
// settings takes, so that it sees what is too long.
const maxSettings = 2 << 20

// evaluate says what a commit says of itself, with what the site says of the
// course in local/C. Its notebooks are in t already.
func (s *Store) evaluate(ctx context.Context, name nbhosting.CourseName, t *tree, entries []entry, infos map[string]notebook.Info) (settings.Settings, error) {
	in := settings.Input{
		Course:    name,
		RunTracks: s.runTracks(t),
		Read: func(layer settings.Layer, file string) ([]byte, error) {
			return s.readSettings(ctx, name, entries, layer, file)
		},
		IsNotebook: func(path string) (bool, error) { return infos[path].Notebook, nil },
	}
	for _, e := range entries {
		in.Paths = append(in.Paths, e.Path)
		if _, found := infos[e.Path]; found {
			in.Notebooks = append(in.Notebooks, e.Path)
		}
	}
	return settings.Evaluate(ctx, in)
}

// runTracks runs a tracks.py on the notebooks in t, once those are removed that students must not see.
func (s *Store) runTracks(t *tree) func(context.Context, settings.TracksProgram) (settings.TracksAnswer, error) {
	if s.RunTracks == nil {
		return nil
	}
	return func(ctx context.Context, p settings.TracksProgram) (settings.TracksAnswer, error) {
		if err := t.removeNotebooks(p.Hidden); err != nil {
			return settings.TracksAnswer{}, err
		}
		return s.RunTracks(ctx, filepath.Join(t.root.Name(), t.dir, notebooksPart), p)
	}
}

// readSettings reads a settings file of a layer; fs.ErrNotExist if there is none.
func (s *Store) readSettings(ctx context.Context, name nbhosting.CourseName, entries []entry, layer settings.Layer, file string) ([]byte, error) {
	if layer == settings.LayerLocal {
		return readLocal(s.localDir(name), file)
	}
	i := slices.IndexFunc(entries, func(e entry) bool { return e.Path == path.Join(string(layer), file) })
	if i < 0 || entries[i].clone != s.Clones.Dir(name) {
		return nil, fs.ErrNotExist // what a submodule says is said of another course
	}
	var text bytes.Buffer
	err := s.Clones.Git.Blobs(ctx, s.Clones.Dir(name), slices.Values([]string{entries[i].Object}), func(_ string, content io.Reader) error {
		_, err := io.Copy(&text, io.LimitReader(content, maxSettings))
		return err
	})
	return text.Bytes(), err
}

// readLocal reads a file that the administrator wrote.
func readLocal(dir, file string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, file))
	at := path.Join("local", filepath.Base(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fs.ErrNotExist
	case errors.Is(err, syscall.ENOTDIR):
		return nil, nbhosting.Because(err, nbhosting.Invalid, "What the site says of this course cannot be read: %s has to be a directory.", at)
	case errors.Is(err, syscall.EISDIR):
		return nil, nbhosting.Because(err, nbhosting.Invalid, "What the site says of this course cannot be read: %s/%s has to be a file.", at, file)
	}
	return text, err
}
