package notebook

import "fmt"

// Error says to the author of a notebook why it cannot be read.
type Error struct {
	Line    int    // counted from 1; 0 if the matter has no line
	Message string // a sentence or two, without the file's name and the line
}

// Error returns the message, after the line where that is known.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

const conflictMessage = "This file holds the marks of a merge that was not finished (<<<<<<<, =======, >>>>>>>). Resolve the conflict, and commit again."

// isConflictMark says whether text begins with one of the marks that git leaves
// in a file whose two versions it could not merge.
func isConflictMark[T string | []byte](text T) bool {
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if len(text) >= len(mark) && string(text[:len(mark)]) == mark {
			return true
		}
	}
	return false
}
