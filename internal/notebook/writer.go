package notebook

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// writer writes JSON as Python's json does for Jupyter: keys in order, one
// value on a line, nothing escaped that need not be. Numbers stay as they are.
type writer struct {
	out     []byte
	indent  bool
	limit   int // of bytes written
	moved   int // bytes that were written and put in order afterwards
	failure error
}

func (w *writer) raw(text string) { w.out = append(w.out, text...) }

// line begins a line at a level.
func (w *writer) line(level int) {
	if w.indent {
		w.out = append(w.out, '\n')
		w.out = append(w.out, indentation[:level]...)
	}
}

var indentation = strings.Repeat(" ", maxDepth+8)

// object writes o, level levels below the top.
func (w *writer) object(level int, o Object) {
	w.members(level, slices.Sorted(maps.Keys(o)), func(key string) { w.text(level+1, o[key]) })
}

// members writes an object whose values write themselves.
func (w *writer) members(level int, keys []string, value func(key string)) {
	w.raw("{")
	for i, key := range keys {
		if i > 0 {
			w.raw(",")
		}
		w.line(level + 1)
		w.out = appendQuoted(w.out, key)
		w.colon()
		value(key)
	}
	if len(keys) > 0 {
		w.line(level)
	}
	w.raw("}")
}

// list writes a list of n values that write themselves.
func (w *writer) list(level, n int, value func(i int)) {
	w.raw("[")
	for i := range n {
		if i > 0 {
			w.raw(",")
		}
		w.line(level + 1)
		value(i)
	}
	if n > 0 {
		w.line(level)
	}
	w.raw("]")
}

func (w *writer) colon() {
	w.raw(":")
	if w.indent {
		w.raw(" ")
	}
}

// text writes a value that is written in JSON already.
func (w *writer) text(level int, raw json.RawMessage) {
	s := &scanner{text: raw}
	w.value(s, level)
	if f := s.end(); f != nil {
		w.fail(f.what)
	}
}

func (w *writer) fail(what string) {
	if w.failure == nil {
		w.failure = &Error{Message: "This notebook cannot be written: " + what + "."}
	}
}

// value writes the value at which s is, and passes it.
func (w *writer) value(s *scanner, level int) {
	if len(w.out) > w.limit || level > len(indentation)-2 {
		w.fail("it would become too large")
	}
	if w.failure != nil {
		return
	}
	c := s.peek()
	start := s.at
	var f *flaw
	switch {
	case c == '{':
		w.readMembers(s, level)
		return
	case c == '[':
		w.readList(s, level)
		return
	case c == '"':
		if f = s.quoted(); f == nil {
			w.out = appendString(w.out, s.text[start:s.at])
			return
		}
	default:
		if f = s.value(0); f == nil {
			w.out = append(w.out, s.text[start:s.at]...)
			return
		}
	}
	w.fail(f.what)
}

func (w *writer) readList(s *scanner, level int) {
	s.at++
	w.raw("[")
	if s.take(']') {
		w.raw("]")
		return
	}
	for w.failure == nil {
		w.line(level + 1)
		w.value(s, level+1)
		if s.take(']') {
			w.line(level)
			w.raw("]")
			return
		}
		if !s.take(',') {
			w.fail("a list is not closed")
		}
		w.raw(",")
	}
}

// span is a member of an object as it was written.
type span struct {
	key        string
	start, end int
}

func (w *writer) readMembers(s *scanner, level int) {
	s.at++
	w.raw("{")
	if s.take('}') {
		w.raw("}")
		return
	}
	var spans []span
	for w.failure == nil {
		s.peek()
		start := s.at
		if s.peek() != '"' || s.quoted() != nil {
			w.fail("a key is wrong")
			return
		}
		key := s.text[start:s.at]
		if !s.take(':') {
			w.fail("a colon is missing")
			return
		}
		m := span{key: plain(key), start: len(w.out)}
		w.line(level + 1)
		w.out = appendString(w.out, key)
		w.colon()
		w.value(s, level+1)
		m.end = len(w.out)
		spans = append(spans, m)
		if s.take('}') {
			w.order(spans)
			w.line(level)
			w.raw("}")
			return
		}
		if !s.take(',') {
			w.fail("an object is not closed")
		}
		w.raw(",")
	}
}

// order puts the members that were written last in the order of their keys, and
// leaves out those whose key comes again.
func (w *writer) order(spans []span) {
	byKey := func(a, b span) int { return strings.Compare(a.key, b.key) }
	if slices.IsSortedFunc(spans, byKey) && distinct(spans) {
		return
	}
	start := spans[0].start
	if w.moved += len(w.out) - start; w.moved > 4*w.limit {
		w.fail("it is nested too deeply")
		return
	}
	old := bytes.Clone(w.out[start:])
	slices.SortStableFunc(spans, byKey)
	w.out = w.out[:start]
	for i, m := range spans {
		if i+1 < len(spans) && spans[i+1].key == m.key {
			continue
		}
		if len(w.out) > start {
			w.raw(",")
		}
		w.out = append(w.out, old[m.start-start:m.end-start]...)
	}
}

// distinct says whether no two neighbours have the same key.
func distinct(spans []span) bool {
	for i := range len(spans) - 1 {
		if spans[i].key == spans[i+1].key {
			return false
		}
	}
	return true
}
