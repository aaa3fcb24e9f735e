package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// Opened tells which of the files (slash-separated paths) the student has as a
// regular file in the workspace of key. It makes nothing, and looks at no other
// files than these: it costs one look at each folder they are in, and one at each
// of them, however much else the student has.
func (ws *Workspaces) Opened(key nbhosting.Key, files []string) (map[string]bool, error) {
	opened := map[string]bool{}
	w, err := ws.Existing(key)
	if errors.Is(err, fs.ErrNotExist) {
		return opened, nil
	}
	if err != nil {
		return nil, err
	}
	err = w.inside(func(root *os.Root) error {
		for dir, names := range byFolder(files) {
			lookInto(root, dir, names, opened)
		}
		return nil
	})
	return opened, err
}

// byFolder returns the names of files by the folder that they are in.
func byFolder(files []string) map[string][]string {
	folders := map[string][]string{}
	for _, file := range files {
		dir := path.Dir(file)
		folders[dir] = append(folders[dir], path.Base(file))
	}
	return folders
}

// lookInto adds the files of one folder that are there. What cannot be looked at
// cannot be opened either: a folder that is none, a link that leads out.
func lookInto(root *os.Root, dir string, names []string, opened map[string]bool) {
	folder, err := openFolder(root, dir)
	if err != nil {
		return
	}
	defer folder.Close()
	for _, name := range names {
		if isFileIn(root, folder, dir, name) {
			opened[path.Join(dir, name)] = true
		}
	}
}

func isFileIn(root *os.Root, folder folder, dir, name string) bool {
	if name == ".." {
		return false
	}
	st, err := folder.stat(name)
	if err != nil {
		return false
	}
	if st.Mode&unix.S_IFMT == unix.S_IFLNK { // it may lead to another folder of the workspace
		info, err := root.Stat(path.Join(dir, name))
		return err == nil && info.Mode().IsRegular()
	}
	return st.Mode&unix.S_IFMT == unix.S_IFREG
}
