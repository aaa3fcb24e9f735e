package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/nbhosting/nbhosting"
)

// Find returns the first of the files (slash-separated paths) that the student
// has as a regular file in the workspace of key, or "". It makes nothing.
func (ws *Workspaces) Find(key nbhosting.Key, files []string) (string, error) {
	w, err := ws.existing(key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var found string
	err = w.inside(func(root *os.Root) error {
		i := slices.IndexFunc(files, func(file string) bool {
			info, err := root.Stat(file)
			return err == nil && info.Mode().IsRegular()
		})
		if i >= 0 {
			found = files[i]
		}
		return nil
	})
	return found, err
}

// existing returns a workspace that is there, as its owner on disk.
func (ws *Workspaces) existing(key nbhosting.Key) (Workspace, error) {
	dir := filepath.Join(ws.dir, string(key.Student), string(key.Course))
	info, err := os.Lstat(dir)
	if err != nil {
		return Workspace{}, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return Workspace{}, fs.ErrNotExist
	}
	return Workspace{Dir: dir, UID: int(st.Uid), key: key}, nil
}

// has tells whether the student has file already, and refuses what is there by
// that name but can never open as a notebook.
func has(root *os.Root, file string) (bool, error) {
	entry, err := root.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	isLink := entry.Mode()&fs.ModeSymlink != 0
	info, err := root.Stat(file)
	switch {
	case isLink && err != nil:
		return false, inTheWay(err, file, "is a link that leads nowhere, or out of your workspace")
	case err != nil:
		return false, err
	case info.IsDir():
		return false, inTheWay(nil, file, "is a folder")
	case !info.Mode().IsRegular():
		return false, inTheWay(nil, file, "is not a file")
	}
	return true, nil
}
