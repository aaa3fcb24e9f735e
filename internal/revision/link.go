package revision

import (
	"errors"
	"path"
	"sort"
	"strings"
)

// maxHops bounds how many symlinks lead from one to the next, as the system does.
const maxHops = 40

// Why a symlink is not followed.
var (
	errLeaves  = errors.New("leads out of the repository")
	errDangles = errors.New("leads to nothing that the repository holds")
	errCircle  = errors.New("leads in a circle, or to a directory that it is in itself")
	errHidden  = errors.New("leads to what is hidden")
)

// links resolves symlinks among the files of a course. Paths are from its top,
// which is "".
type links struct {
	files   map[string]entry  // regular ones
	targets map[string]string // of symlinks, as written
	paths   []string          // of all that there is, sorted
}

// resolve returns the path to which a path leads, with no symlink in it: of a
// file, or of a directory.
func (l *links) resolve(p string) (string, error) {
	rest := strings.Split(p, "/")
	at := ""
	for hops := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if at == "" {
				return "", errLeaves
			}
			at = parent(at)
			continue
		}
		next := path.Join(at, part)
		target, isLink := l.targets[next]
		if !isLink {
			if _, isFile := l.files[next]; isFile && len(rest) > 0 || !isFile && !l.isDir(next) {
				return "", errDangles
			}
			at = next
			continue
		}
		if hops++; hops > maxHops {
			return "", errCircle
		}
		if strings.HasPrefix(target, "/") {
			return "", errLeaves
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return at, nil
}

// parent returns the directory of a path, "" at the top.
func parent(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

func (l *links) isDir(dir string) bool { return len(l.below(dir)) > 0 }

// below returns the paths of all that is in a directory, at all depths.
func (l *links) below(dir string) []string {
	if dir == "" {
		return l.paths
	}
	first := sort.SearchStrings(l.paths, dir+"/")
	end := sort.SearchStrings(l.paths, dir+"0") // "0" comes next after "/"
	return l.paths[first:end]
}
