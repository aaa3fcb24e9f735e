package opening

import (
	"bytes"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// maxCompared is how much is read of notebooks that are compared, in bytes.
const maxCompared = 8 << 20

// isCopy tells whether a file of the student's, of a name that the notebook
// present of the course had before, is a copy of that one. Where another notebook
// has taken the name, as when those that are numbered make room for one, it is
// the one that has more in common with the file. (What the student's file was
// copied from is not written down anywhere that is sure to be there.)
func (o *Opener) isCopy(key nbhosting.Key, file string, revision *revision.Revision, present string) bool {
	if file == present || revision.Find([]string{file}) == "" || revision.Find([]string{present}) == "" {
		return true
	}
	text, err := o.Workspaces.Peek(key, file, maxCompared)
	if err != nil {
		return false
	}
	lines := linesOf(text)
	return shared(lines, revision, present) > shared(lines, revision, file)
}

// shared returns how much of a notebook of the course is among the lines of a text, from 0 to 1.
func shared(lines map[string]bool, revision *revision.Revision, file string) float64 {
	f, err := revision.Open(file)
	if err != nil {
		return 0
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCompared))
	own := linesOf(text)
	if err != nil || len(own) == 0 {
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
