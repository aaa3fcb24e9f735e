package workspace

import (
	"errors"
	"fmt"
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
	w, err := ws.Existing(key)
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
	w, err := ws.Existing(key)
	if err != nil {
		return nil, err
	}
	err = w.inside(func(root *os.Root) error {
		f, err := openIn(root, file)
		if err != nil {
			return err
		}
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, most))
		return err
	})
	return text, err
}

// Existing returns the workspace of key, as its owner on disk, and makes nothing.
// Where there is none the error is NotFound, and wraps fs.ErrNotExist.
func (ws *Workspaces) Existing(key nbhosting.Key) (Workspace, error) {
	dir := filepath.Join(ws.dir, string(key.Student), string(key.Course))
	info, err := os.Lstat(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return Workspace{}, fmt.Errorf("workspace %s: %w", key, err)
	}
	if err == nil && info.IsDir() {
		// One of root's is not the student's yet: nothing may be done in it as root.
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return Workspace{Dir: dir, UID: int(st.Uid), key: key}, nil
		}
	}
	return Workspace{}, nbhosting.Because(fs.ErrNotExist, nbhosting.NotFound, "There is no work in this course yet: open a notebook first.")
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
