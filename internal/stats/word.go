package stats

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// none stands for an empty word.
const none = "-"

// escape makes one word of any text: white space, control characters, "%" and
// bytes that are not UTF-8 are written %XX, byte by byte.
func escape(text string) string {
	switch text {
	case "":
		return none
	case none:
		return "%2D"
	}
	var word strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == '%' || unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError && size == 1 {
			for _, b := range []byte(text[:size]) {
				fmt.Fprintf(&word, "%%%02X", b)
			}
		} else {
			word.WriteString(text[:size])
		}
		text = text[size:]
	}
	return word.String()
}

// unescape is the inverse of escape. A "%" without two hexadecimal digits after
// it stands for itself: older programs escaped nothing.
func unescape(word string) string {
	if word == none {
		return ""
	}
	var text strings.Builder
	for {
		before, after, found := strings.Cut(word, "%")
		text.WriteString(before)
		if !found {
			return text.String()
		}
		if b, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8); err == nil && len(after) >= 2 {
			text.WriteByte(byte(b))
			after = after[2:]
		} else {
			text.WriteByte('%')
		}
		word = after
	}
}
