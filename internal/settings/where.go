package settings

import "fmt"

// Where says in which file a finding is and, where it is known, in which line.
func (f Finding) Where() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s, line %d", f.File, f.Line)
}
