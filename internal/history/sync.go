package history

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// syncPause is how long what was written waits for more, to be put on the disk together.
const syncPause = time.Second

// dirty are the packs that are not on the disk yet.
type dirty struct {
	log *slog.Logger
	top string // the directory of the history

	mu      sync.Mutex
	paths   map[string]bool // whether the file is new in its directory
	waiting bool            // for the pause to end

	flushing sync.Mutex
}

// add has a pack put on the disk soon.
func (d *dirty) add(path string, isNew bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paths[path] = d.paths[path] || isNew
	if !d.waiting {
		d.waiting = true
		time.AfterFunc(syncPause, func() { d.flush() })
	}
}

// flush puts all of them on the disk.
func (d *dirty) flush() error {
	d.flushing.Lock()
	defer d.flushing.Unlock()
	d.mu.Lock()
	paths := d.paths
	d.paths, d.waiting = map[string]bool{}, false
	d.mu.Unlock()
	var errs []error
	for path, isNew := range paths {
		if err := syncPack(path, isNew, d.top); err != nil {
			d.log.Error("versions of a notebook could not be written to the disk", "err", err)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sync puts one of them on the disk now; it does not wait for what else is under way.
func (d *dirty) sync(path string) error {
	d.mu.Lock()
	delete(d.paths, path)
	d.mu.Unlock()
	err := syncPack(path, true, d.top)
	if err != nil {
		d.add(path, true)
	}
	return err
}

// syncPack puts a pack on the disk, and if it is new, the directories that lead to it.
func syncPack(path string, isNew bool, top string) error {
	if err := syncFile(path); err != nil || !isNew {
		return err
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if err := syncFile(dir); err != nil {
			return err
		}
		if dir == filepath.Dir(top) || dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// syncFile puts a file or directory on the disk. One that is not there was moved
// with its course, which puts it on the disk as well.
func syncFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("put %s on the disk: %w", path, err)
	}
	return nil
}
