package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// Copy makes the student's copy of a notebook from source, the file of the same
// name in the course, unless the student has one: that is never overwritten.
// Mode and modification time are the source's. It tells whether a copy was made.
func (w Workspace) Copy(source fs.File, file string) (copied bool, err error) {
	err = w.inside(func(root *os.Root) error {
		exists, err := has(root, file)
		if err != nil || exists {
			return err
		}
		copied, err = copyNew(root, source, file)
		return err
	})
	if err != nil {
		return false, explain(fmt.Errorf("copy %s into workspace %s: %w", file, w.key, err), file)
	}
	return copied, nil
}

// copyNew gives a temporary file its name by a link, which fails where a rename
// would replace what came there meanwhile.
func copyNew(root *os.Root, source fs.File, file string) (bool, error) {
	info, err := source.Stat()
	if err != nil {
		return false, err
	}
	in, err := makeFolder(root, path.Dir(file))
	if err != nil {
		return false, err
	}
	defer in.Close()
	t, err := in.write(source, file, info.Mode())
	if err != nil {
		return false, err
	}
	if err := t.date(info.ModTime()); err != nil {
		return false, errors.Join(err, t.discard())
	}
	return t.install(path.Base(file))
}

// makeFolder opens a folder, made if need be, and clears it of leftovers.
func makeFolder(root *os.Root, dir string) (folder, error) {
	if err := root.MkdirAll(dir, 0o755); err != nil {
		return folder{}, err
	}
	in, err := openFolder(root, dir)
	if err != nil {
		return folder{}, err
	}
	if err := in.sweep(); err != nil {
		return folder{}, errors.Join(err, in.Close())
	}
	return in, nil
}
