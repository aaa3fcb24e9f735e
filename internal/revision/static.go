package revision

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// OpenStatic opens a regular file of the revision's static data, by its path from
// the top of the repository.
func (r *Revision) OpenStatic(file string) (fs.File, error) {
	if !filepath.IsLocal(file) {
		return nil, fs.ErrInvalid
	}
	f, err := r.root.OpenFile(filepath.Join(staticPart, file), syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fs.ErrInvalid, f.Close())
	}
	return f, nil
}
