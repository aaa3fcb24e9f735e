package merge

import (
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// block is a key of the header of a text with the lines that belong to it. Keys
// below "jupyter" are blocks of their own, "jupyter/KEY".
type block struct{ key, text string }

// maxHeader bounds the headers that are looked into, in bytes.
const maxHeader = 64 << 10

// end is the key of the block that ends a header.
const end = "---"

// header merges the headers of texts, in the way of three.
func (m *merger) header() string {
	base, mine, theirs := m.base.Header, m.mine.Header, m.theirs.Header
	switch {
	case mine == theirs || theirs == base && m.known:
		return mine
	case mine == base && m.known:
		return theirs
	case max(len(base), len(mine), len(theirs)) > maxHeader:
		return mine
	}
	merged := mergeBlocks(blocks(base), blocks(mine), blocks(theirs))
	if _, err := notebook.Read(m.file, []byte(merged)); err != nil {
		return mine // it is odd, and no place for experiments
	}
	return merged
}

// blocks splits a header.
func blocks(header string) []block {
	all := []block{{}}
	parent, indent := "", ""
	for line := range strings.Lines(header) {
		text := strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "), "\r\n")
		if !strings.HasPrefix(line, "#") {
			text = strings.TrimRight(line, "\r\n")
		}
		name, _, isKey := strings.Cut(text, ":")
		inner := strings.TrimLeft(name, " ")
		space := name[:len(name)-len(inner)]
		if parent != "" && indent == "" {
			indent = space
		}
		switch {
		case text == end && len(all) > 1:
			all = append(all, block{key: end})
		case !isKey || inner == "" || inner[0] == '#' || inner[0] == '-':
		case space == "":
			parent, indent = "", ""
			if text == "jupyter:" {
				parent = "jupyter/"
			}
			all = append(all, block{key: inner})
		case parent != "" && space == indent:
			all = append(all, block{key: parent + inner})
		}
		all[len(all)-1].text += line
	}
	return all
}

func find(all []block, key string) (text string, found bool) {
	i := slices.IndexFunc(all, func(b block) bool { return b.key == key })
	if i < 0 {
		return "", false
	}
	return all[i].text, true
}

// mergeBlocks returns the blocks of mine, with those of theirs where the student
// changed nothing or the course alone decides.
func mergeBlocks(base, mine, theirs []block) string {
	merged := make([]block, 0, len(mine)+len(theirs))
	for _, b := range mine {
		before, known := find(base, b.key)
		text, there := find(theirs, b.key)
		if (known && before == b.text) || coursesOwn(b.key) {
			if !there {
				continue
			}
			b.text = text
		}
		merged = append(merged, b)
	}
	for i, b := range theirs {
		_, before := find(base, b.key)
		_, here := find(mine, b.key)
		if here || before && !coursesOwn(b.key) {
			continue
		}
		at := 0
		if i > 0 {
			at = 1 + slices.IndexFunc(merged, func(m block) bool { return m.key == theirs[i-1].key })
		}
		merged = slices.Insert(merged, at, b)
	}
	var text strings.Builder
	for _, b := range merged {
		text.WriteString(b.text)
	}
	return text.String()
}

// coursesOwn says whether a key is not for the student to change.
func coursesOwn(key string) bool {
	switch strings.TrimPrefix(key, "jupyter/") {
	case "nbhosting", "notebookname", "version":
		return true
	}
	return false
}
