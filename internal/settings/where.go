package settings

import (
	"fmt"
	"strings"
)

// Where says in which file a finding is and, where it is known, in which line.
func (f Finding) Where() string {
	file := oneLine(f.File)
	if f.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s, line %d", file, f.Line)
}

// oneLine keeps what authors write from looking like lines of ours.
func oneLine(s string) string {
	return strings.NewReplacer("\n", "\ufffd", "\r", "\ufffd").Replace(s)
}
