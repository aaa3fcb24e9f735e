package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func quote(text string) json.RawMessage { return appendQuoted(nil, text) }

// appendQuoted appends text to dst as Python writes strings.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			dst = append(dst, text[start:i]...)
			dst = appendEscaped(dst, rune(c))
			start = i + 1
		}
	}
	return append(append(dst, text[start:]...), '"')
}

// appendEscaped appends a character as it stands within quotes.
func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	}
	if r < ' ' || utf16.IsSurrogate(r) {
		return fmt.Appendf(dst, `\u%04x`, r)
	}
	return utf8.AppendRune(dst, r)
}

// appendString appends a string that is written in JSON as Python would write
// it. Halves of surrogate pairs, which no text can hold, stay escaped.
func appendString(dst, quoted []byte) []byte {
	if !bytes.Contains(quoted, []byte(`\u`)) && !bytes.Contains(quoted, []byte(`\/`)) {
		return append(dst, quoted...)
	}
	for i := 0; i < len(quoted); {
		switch {
		case quoted[i] != '\\':
			next := bytes.IndexByte(quoted[i:], '\\')
			if next < 0 {
				next = len(quoted) - i
			}
			dst = append(dst, quoted[i:i+next]...)
			i += next
		case quoted[i+1] == '/':
			dst = append(dst, '/')
			i += 2
		case quoted[i+1] != 'u':
			dst = append(dst, quoted[i:i+2]...)
			i += 2
		default:
			r, n := escapedRune(quoted[i:])
			dst = appendEscaped(dst, r)
			i += n
		}
	}
	return dst
}

// escapedRune returns the character at the beginning of text, \uXXXX or two of
// these, and how many bytes it takes.
func escapedRune(text []byte) (rune, int) {
	r := hex4(text)
	if utf16.IsSurrogate(r) && len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
		if both := utf16.DecodeRune(r, hex4(text[6:])); both != utf8.RuneError {
			return both, 12
		}
	}
	return r, 6
}

func hex4(text []byte) rune {
	n, _ := strconv.ParseUint(string(text[2:6]), 16, 32)
	return rune(n)
}

// quoteLines returns text as a list of its lines, each with its end.
func quoteLines(text string) json.RawMessage {
	list := []byte{'['}
	for len(text) > 0 {
		n := pythonLine(text)
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = appendQuoted(list, text[:n])
		text = text[n:]
	}
	return append(list, ']')
}

// pythonLine returns the length of the first line of text with its end, as
// Python's splitlines sees lines.
func pythonLine(text string) int {
	at := strings.IndexFunc(text, func(r rune) bool {
		return '\n' <= r && r <= '\r' || '\x1c' <= r && r <= '\x1e' || r == '\u0085' || r == '\u2028' || r == '\u2029'
	})
	if at < 0 {
		return len(text)
	}
	if strings.HasPrefix(text[at:], "\r\n") {
		return at + 2
	}
	_, n := utf8.DecodeRuneInString(text[at:])
	return at + n
}
