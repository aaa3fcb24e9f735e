package opening

import (
	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// maxCompared is how much is read of notebooks that are compared, in bytes.
const maxCompared = 8 << 20

// isCopy tells whether a file of the student's, of a name that the notebook
// present of the course had before, is a copy of that one, and not of another
// notebook that has taken the name.
func (o *Opener) isCopy(key nbhosting.Key, file string, revision *revision.Revision, present string) bool {
	if file == present || revision.Find([]string{file}) == "" || revision.Find([]string{present}) == "" {
		return true
	}
	text, err := o.Workspaces.Peek(key, file, maxCompared)
	return err == nil && revision.Likeness(text, present) > revision.Likeness(text, file)
}
