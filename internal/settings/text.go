package settings

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxFile bounds a settings file, in bytes; real ones have some thousand. Whoever
// reads files for us may stop there, so that one of this size is too large already.
const maxFile = 1 << 20

// textOf returns the content of a settings file as UTF-8 without byte order mark.
// Some editors write UTF-16, and say so by such a mark. What is too large, or no
// text at all, is reported.
func (r *report) textOf(content, file string) (string, bool) {
	if len(content) >= maxFile {
		r.fail(place{file: file}, "This file is too large, and is not read: %d bytes and more. Use patterns in place of long lists.", maxFile)
		return "", false
	}
	text := content
	switch {
	case strings.HasPrefix(content, "\xff\xfe"):
		text = fromUTF16(content[2:], binary.LittleEndian)
	case strings.HasPrefix(content, "\xfe\xff"):
		text = fromUTF16(content[2:], binary.BigEndian)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if !utf8.ValidString(text) {
		valid := strings.ToValidUTF8(text, "\x00")
		before, _, _ := strings.Cut(valid, "\x00")
		r.fail(place{file, 1 + strings.Count(before, "\n")}, "This file is not UTF-8 text, and is not read. Save it in the encoding UTF-8.")
		return "", false
	}
	return text, true
}

func fromUTF16(s string, order binary.ByteOrder) string {
	units := make([]uint16, len(s)/2)
	for i := range units {
		units[i] = order.Uint16([]byte(s[2*i : 2*i+2]))
	}
	return string(utf16.Decode(units))
}
