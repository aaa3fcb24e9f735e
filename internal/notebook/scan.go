package notebook

import (
	"bytes"
	"strings"
)

// maxDepth bounds how deep JSON may be nested: about as deep as Python reads it.
const maxDepth = 1000

// scanner walks over JSON without decoding it, since the outputs of a notebook
// may be a hundred times as long as the rest. It takes what Python's json takes,
// NaN and Infinity included. The text is valid UTF-8.
type scanner struct {
	text []byte
	at   int
}

// flaw is a place where the text is not JSON.
type flaw struct {
	at   int
	what string
}

func (s *scanner) flaw(what string) *flaw { return &flaw{at: s.at, what: what} }

// peek passes white space, and returns the byte that follows; 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take passes white space and then c, which is not 0, if c follows.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// end passes white space up to the end of the text.
func (s *scanner) end() *flaw {
	if s.peek(); s.at < len(s.text) {
		return s.flaw("something follows after the end")
	}
	return nil
}

// value passes one value, depth levels below the top.
func (s *scanner) value(depth int) *flaw {
	if depth > maxDepth {
		return s.flaw("brackets are nested too deeply")
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(depth, nil)
	case c == '[':
		return s.array(depth)
	case c == '"':
		return s.quoted()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	return s.word("true", "false", "null", "NaN", "Infinity")
}

// object passes an object. It calls visit, if that is not nil, behind each of
// its members, with the key in its quotes and the place where the value began.
func (s *scanner) object(depth int, visit func(key []byte, start int)) *flaw {
	s.at++
	if s.take('}') {
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.flaw("a key in double quotes is expected here")
		}
		start := s.at
		if f := s.quoted(); f != nil {
			return f
		}
		key := s.text[start:s.at]
		if !s.take(':') {
			return s.flaw("a colon is expected after a key")
		}
		s.peek()
		start = s.at
		if f := s.value(depth + 1); f != nil {
			return f
		}
		if visit != nil {
			visit(key, start)
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.flaw("a comma or a closing brace is expected here")
		}
	}
}

func (s *scanner) array(depth int) *flaw {
	s.at++
	if s.take(']') {
		return nil
	}
	for {
		if f := s.value(depth + 1); f != nil {
			return f
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.flaw("a comma or a closing bracket is expected here")
		}
	}
}

// quoted passes a string. Most of a big notebook is passed here, byte by byte.
func (s *scanner) quoted() *flaw {
	s.at++
	for {
		s.at += ordinary(s.text[s.at:])
		switch {
		case s.at == len(s.text):
			return s.flaw("a string is not closed")
		case s.text[s.at] == '"':
			s.at++
			return nil
		case s.text[s.at] != '\\':
			return s.flaw("a string is not closed on its line")
		case !s.escape():
			return s.flaw("a backslash in a string is followed by something unknown")
		}
	}
}

// ordinary returns how many bytes at the beginning of text have no meaning of
// their own in a string.
func ordinary(text []byte) int {
	for i, c := range text {
		if c == '"' || c == '\\' || c < ' ' {
			return i
		}
	}
	return len(text)
}

// escape passes a backslash and what belongs to it.
func (s *scanner) escape() bool {
	rest := s.text[s.at+1:]
	if len(rest) == 0 {
		return false
	}
	if rest[0] != 'u' {
		s.at += 2
		return strings.IndexByte(`"\/bfnrt`, rest[0]) >= 0
	}
	if len(rest) < 5 {
		return false
	}
	for _, c := range rest[1:5] {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	s.at += 6
	return true
}

// number passes a number, which may be -Infinity.
func (s *scanner) number() *flaw {
	if s.text[s.at] == '-' {
		s.at++
		if s.at < len(s.text) && s.text[s.at] == 'I' {
			return s.word("Infinity")
		}
	}
	start := s.at
	if s.digits() == 0 || s.text[start] == '0' && s.at > start+1 {
		return s.flaw("a number is wrong")
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		if s.digits() == 0 {
			return s.flaw("a number is wrong")
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if s.digits() == 0 {
			return s.flaw("a number is wrong")
		}
	}
	return nil
}

// digits passes digits, and returns how many there were.
func (s *scanner) digits() int {
	start := s.at
	for s.at < len(s.text) && isDigit(s.text[s.at]) {
		s.at++
	}
	return s.at - start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// word passes one of words.
func (s *scanner) word(words ...string) *flaw {
	for _, word := range words {
		if bytes.HasPrefix(s.text[s.at:], []byte(word)) {
			s.at += len(word)
			return nil
		}
	}
	return s.flaw("a value is expected here")
}
