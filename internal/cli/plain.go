package cli

import (
	"io"
	"regexp"
	"strings"
	"unicode"
)

// plain passes on text for people without what a terminal would obey: names,
// messages and logs come from repositories, whose authors need not drive the
// terminals of administrators. Each Write has whole characters and sequences.
type plain struct{ to io.Writer }

// sequence is what programs colour their output with, and move the cursor.
var sequence = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]")

// Write implements io.Writer.
func (p plain) Write(text []byte) (int, error) {
	s := sequence.ReplaceAllLiteralString(string(text), "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '\r': // progress that a program writes over itself
			return '\n'
		case c == '\n' || c == '\t' || !unicode.IsControl(c) && !turns(c):
			return c
		}
		return unicode.ReplacementChar
	}, s)
	if _, err := io.WriteString(p.to, s); err != nil {
		return 0, err
	}
	return len(text), nil
}

// turns tells whether c changes the direction of the text after it: with it, a
// name can be made to look like another.
func turns(c rune) bool { return '\u202a' <= c && c <= '\u202e' || '\u2066' <= c && c <= '\u2069' }

// oneLine keeps a name, which may hold line breaks, from looking like lines of ours.
func oneLine(name string) string {
	return strings.NewReplacer("\n", "\ufffd", "\r", "\ufffd").Replace(name)
}
