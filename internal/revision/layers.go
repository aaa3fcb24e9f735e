package revision

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// SettingsLayers returns the directories that hold the settings of a course, the
// one that counts most first: that of the site, then those of the published
// commit. They can be read until done is called. It fails as [Store.Current]
// does where nothing is published. The course must not be pulled meanwhile.
func (s *Store) SettingsLayers(ctx context.Context, course nbhosting.Course) (layers []fs.FS, done func(), err error) {
	dir, err := os.MkdirTemp("", "nbhosting-settings-")
	if err != nil {
		return nil, nil, err
	}
	var roots []*os.Root
	done = func() {
		for _, r := range roots {
			r.Close()
		}
		os.RemoveAll(dir)
	}
	if _, err := s.exportSome(ctx, course, dir, isSetting); err != nil {
		done()
		return nil, nil, err
	}
	for _, layer := range slices.Backward(settings.Layers()) {
		at := filepath.Join(dir, string(layer))
		if layer == settings.LayerLocal {
			at = s.localDir(course.Name)
		}
		root, err := os.OpenRoot(at)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			done()
			return nil, nil, fmt.Errorf("read the settings of %s: %w", course.Name, err)
		}
		roots, layers = append(roots, root), append(layers, root.FS())
	}
	return layers, done, nil
}

// isSetting tells whether a path of the repository is among its settings.
func isSetting(p string) bool {
	return isBelow(p, string(settings.LayerPlain)) || isBelow(p, string(settings.LayerDotted))
}
