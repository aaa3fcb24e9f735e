package cli

import "io"

// NewScreen returns what lists are written to on a terminal, and what begins the next one.
func NewScreen(terminal io.Writer) (to io.Writer, next func()) {
	s := &screen{to: terminal, terminal: terminal}
	return s, func() { s.old = true }
}
