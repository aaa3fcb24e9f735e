package workspace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/nbhosting/nbhosting"
)

// Find returns those of the files (slash-separated paths) that the student has as
// regular files in the workspace of key, in the same order. It makes nothing.
func (ws *Workspaces) Find(key nbhosting.Key, files []string) ([]string, error) {
	w, err := ws.existing(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []string
	err = w.inside(func(root *os.Root) error {
		for _, file := range files {
			if info, err := root.Stat(file); err == nil && info.Mode().IsRegular() {
				found = append(found, file)
			}
		}
		return nil
	})
	return found, err
}

// Peek returns the beginning of a regular file in the workspace of key, at most
// most bytes of it.
func (ws *Workspaces) Peek(key nbhosting.Key, file string, most int64) (text []byte, err error) {
	w, err := ws.existing(key)
	if err != nil {
		return nil, err
	}
	err = w.inside(func(root *os.Root) error {
		f, err := root.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would let us wait
		if err != nil {
			return err
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return errors.Join(err, fs.ErrInvalid)
		}
		text, err = io.ReadAll(io.LimitReader(f, most))
		return err
	})
	return text, err
}

// existing returns a workspace that is there, as its owner on disk.
func (ws *Workspaces) existing(key nbhosting.Key) (Workspace, error) {
	dir := filepath.Join(ws.dir, string(key.Student), string(key.Course))
	info, err := os.Lstat(dir)
	if errors.Is(err, syscall.ENOTDIR) {
		return Workspace{}, fs.ErrNotExist
	}
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
