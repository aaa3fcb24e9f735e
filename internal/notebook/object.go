package notebook

import (
	"encoding/json"
	"slices"
)

// objectIn returns the members of an object that was scanned before. As in
// Python, the last of several with one key is the one that counts.
func objectIn(raw json.RawMessage) Object {
	o := Object{}
	members(raw, func(key string, value []byte) { o[key] = value })
	return o
}

// ObjectIn returns the members of raw, a value of an [Object]; nil if it is no object.
func ObjectIn(raw json.RawMessage) Object {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return objectIn(raw)
}

// take removes a member of o and returns it, nil if there is none.
func (o Object) take(key string) json.RawMessage {
	raw := o[key]
	delete(o, key)
	return raw
}

// Raw returns o as one value.
func (o Object) Raw() json.RawMessage { return encode(o) }

// encode writes o on one line, in no order.
func encode(o Object) json.RawMessage {
	raw := []byte{'{'}
	for key, value := range o {
		if len(raw) > 1 {
			raw = append(raw, ',')
		}
		raw = appendQuoted(raw, key)
		raw = append(raw, ':')
		raw = append(raw, value...)
	}
	return append(raw, '}')
}

// elements shows the elements of a list that was scanned before to visit.
func elements(list json.RawMessage, visit func(value json.RawMessage)) {
	s := &scanner{text: list, at: 1}
	if s.take(']') {
		return
	}
	for {
		s.peek()
		start := s.at
		if s.value(1) != nil {
			return
		}
		visit(list[start:s.at])
		if !s.take(',') {
			return
		}
	}
}

// SameJSON says whether values are the same, however they are written. One that
// is nil is the same as none other.
func SameJSON(a, b json.RawMessage) bool {
	if (a == nil) != (b == nil) {
		return false
	}
	return slices.Equal(a, b) || slices.Equal(compact(a), compact(b))
}

// compact writes a value on one line with its keys in order; as it is, if it is
// nested so that this would take too long.
func compact(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return raw
	}
	w := &writer{limit: 2 * MaxSize}
	if w.text(0, raw); w.failure != nil {
		return raw
	}
	return w.out
}
