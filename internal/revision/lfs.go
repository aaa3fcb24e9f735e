package revision

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Git LFS commits a pointer in place of a file: a few lines of text that say
// where the content is. Contents are not fetched here.
const (
	pointerStart   = "version https://git-lfs.github.com/spec/v1"
	maxPointer     = 1024 // bytes; a pointer has fewer
	maxPointerList = 10   // as many are reported one by one
)

func isPointer(text []byte) bool {
	return len(text) < maxPointer && bytes.HasPrefix(text, []byte(pointerStart))
}

// reportPointers tells of the files of which only the pointer is published.
func (l *listing) reportPointers(paths []string) {
	paths = slices.Compact(slices.SortedFunc(slices.Values(paths), cmp.Compare))
	const what = "Git LFS pointer, and students get the pointer in place of the content: this site does not fetch what Git LFS stores. " +
		"Commit the file itself (“git lfs migrate export” does), or let notebooks download it."
	if len(paths) <= maxPointerList {
		for _, p := range paths {
			l.warn(p, "This file is a %s", what)
		}
		return
	}
	examples := make([]string, 0, 3)
	for _, p := range paths[:3] {
		examples = append(examples, fmt.Sprintf("%q", p))
	}
	l.warn(".gitattributes", "Each of %d files, such as %s, is a %s", len(paths), strings.Join(examples, ", "), what)
}
