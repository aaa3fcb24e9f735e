package settings

import (
	"slices"
	"sort"
	"strings"
)

// Index holds files to be found by patterns.
type Index struct {
	paths []string   // sorted by components, each once
	names [][]string // the components of each
}

// NewIndex returns an index of files, given by paths with slashes in any order.
func NewIndex(paths []string) Index {
	x := Index{paths: slices.Clone(paths)}
	slices.SortFunc(x.paths, ComparePaths)
	x.paths = slices.Compact(x.paths)
	x.names = make([][]string, len(x.paths))
	for i, path := range x.paths {
		x.names[i] = strings.Split(path, "/")
	}
	return x
}

// Glob returns the files that a pattern matches, sorted by path components. The
// caller must not change them.
func (x Index) Glob(p Pattern) []string {
	if p.dirOnly {
		return nil
	}
	var out []string
	low := sort.Search(len(x.paths), func(i int) bool { return ComparePaths(x.paths[i], p.literal) >= 0 })
	for i := low; i < len(x.paths) && strings.HasPrefix(x.paths[i], p.literal); i++ {
		if p.matchFile(x.names[i]) {
			out = append(out, x.paths[i])
		}
	}
	return out
}

// ComparePaths orders paths by their components: what is in a directory comes
// before what only begins with its name. All paths that begin alike are neighbours.
func ComparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if a[i] == '/' || b[i] != '/' && a[i] < b[i] {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}
