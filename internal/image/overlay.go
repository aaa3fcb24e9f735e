package image

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Bounds of what a build gets from a course: more than that is data, which
// belongs into the repository's notebooks or static directories.
const (
	maxContextBytes = 512 << 20
	maxContextFiles = 20_000
)

// overlaid is a file of one of several trees that are laid over each other.
type overlaid struct {
	tree   fs.FS
	path   string
	mode   fs.FileMode
	size   int64
	target string // of a link
}

// overlay returns what is in the trees, of which the first counts most: where it
// has a file, the others' of that path, and beneath it, are not there. Trees that do
// not exist are empty.
func overlay(trees []fs.FS) ([]overlaid, error) {
	var all []overlaid
	seen := make(map[string]fs.FileMode)
	for _, tree := range trees {
		err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case name == "." && errors.Is(err, fs.ErrNotExist):
				return fs.SkipDir
			case err != nil:
				return err
			case name == ".":
				return nil
			}
			if above, hidden := seen[name]; hidden {
				if entry.IsDir() && !above.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			file, err := look(tree, name, entry)
			if err != nil {
				return err
			}
			seen[name] = file.mode
			all = append(all, file)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// look describes a file, if a build may get it.
func look(tree fs.FS, name string, entry fs.DirEntry) (overlaid, error) {
	file := overlaid{tree: tree, path: name, mode: fs.ModeDir | 0o755}
	info, err := entry.Info()
	if err != nil {
		return overlaid{}, err
	}
	switch info.Mode().Type() {
	case fs.ModeDir:
	case fs.ModeSymlink:
		file.mode = fs.ModeSymlink | 0o777
		file.target, err = fs.ReadLink(tree, name)
		if err != nil || filepath.IsAbs(file.target) || !filepath.IsLocal(path.Join(path.Dir(name), file.target)) {
			return overlaid{}, nbhosting.Because(err, nbhosting.Invalid, "%q is a link that leads out of the directory of the Dockerfile. Put what it leads to there instead.", name)
		}
	case 0:
		// As git does: all may read, and perhaps run it. An umask must not decide what works in an image.
		file.mode, file.size = 0o644, info.Size()
		if info.Mode()&0o111 != 0 {
			file.mode = 0o755
		}
	default:
		return overlaid{}, nbhosting.Errorf(nbhosting.Invalid, "%q is neither a file nor a directory. A build cannot take it.", name)
	}
	return file, nil
}

func checkSize(all []overlaid) error {
	var bytes int64
	for _, file := range all {
		bytes += file.size
	}
	if bytes > maxContextBytes || len(all) > maxContextFiles {
		return nbhosting.Errorf(nbhosting.Invalid, "Beside the Dockerfile there are %d files of %d MB together; a build takes %d files and %d MB. Name what it does not need in a file .dockerignore, or put it elsewhere.",
			len(all), bytes>>20, maxContextFiles, maxContextBytes>>20)
	}
	return nil
}
