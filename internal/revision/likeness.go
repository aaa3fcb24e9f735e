package revision

import (
	"bytes"
	"slices"
)

// maxCompared is how much is read of notebooks that are compared, in bytes.
const maxCompared = 8 << 20

// Likeness returns how much of a notebook of the revision is among the lines of a
// text, from 0 to 1.
func (r *Revision) Likeness(text []byte, file string) float64 {
	own, err := r.Read(file, maxCompared)
	if err != nil {
		return 0
	}
	return shared(linesOf(text), linesOf(own))
}

func shared(lines, own map[string]bool) float64 {
	if len(own) == 0 {
		return 0
	}
	found := 0
	for line := range own {
		if lines[line] {
			found++
		}
	}
	return float64(found) / float64(len(own))
}

func linesOf(text []byte) map[string]bool {
	lines := map[string]bool{}
	for line := range bytes.Lines(text) {
		lines[string(bytes.Trim(line, " \t\r\n,"))] = true
	}
	return lines
}

// OriginOf is [Revision.Origin] for a file with that content. Where another
// notebook has taken the name, as when those that are numbered make room for one,
// it is the one that has more in common with the file. (What a student's file was
// copied from is not written down anywhere that is sure to be there.)
func (r *Revision) OriginOf(file string, content []byte) string {
	origin := r.Origin(file)
	if origin != file {
		return origin
	}
	for heir, names := range r.moves().Former {
		if slices.Contains(names, file) && r.Find([]string{heir}) != "" && r.Likeness(content, heir) > r.Likeness(content, origin) {
			origin = heir
		}
	}
	return origin
}
