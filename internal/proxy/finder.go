package proxy

// finder looks for one value in a JSON object that passes by, byte by byte. It
// keeps nothing of what has passed, so that neither the length of a message nor
// the order of its fields matters, and it judges nothing: what is no JSON has
// no value, or any. A field with escapes in its name is not known.
type finder struct {
	path []string // of names, from the object to the value

	depth   int32 // of open objects and lists
	on      int32 // how much of the path leads here
	state   findState
	matched int16 // bytes of the name that is read, as far as it is the one looked for; -1 if it is not
	length  int8  // of value
	value   [maxValue]byte
}

// maxValue is the length in bytes from which a value is none that is looked for.
const maxValue = 24

type findState uint8

const (
	elsewhere    findState = iota // names, values and whatever else
	awaitingName                  // after "{" or "," where the next name may be the one
	inName
	afterName // that is the one: ":" is to come
	awaitingValue
	inString // of no interest
	inEscape // in one
	inText   // the value, a string
	inWord   // the value, something else
	valueFound
	noValue
)

// feed takes the next byte, and returns false if it needs no more.
func (f *finder) feed(c byte) bool {
	switch f.state {
	case inString, inEscape:
		f.skipString(c)
	case inName:
		f.compare(c)
	case inText:
		f.take(c, c == '"')
	case inWord:
		f.take(c, c == ',' || c == '}' || c == ']' || isSpace(c))
	case elsewhere, awaitingName, afterName, awaitingValue:
		if !isSpace(c) {
			f.step(c)
		}
	case valueFound, noValue:
	}
	return f.state < valueFound
}

// result returns the value, if there was one.
func (f *finder) result() string {
	if f.state != valueFound {
		return ""
	}
	return string(f.value[:f.length])
}

// step takes a byte outside of strings.
func (f *finder) step(c byte) {
	switch {
	case f.depth == 0 && c != '{':
		f.state = noValue // no object, or nothing after its end
	case f.state == afterName:
		f.afterName(c)
	case f.state == awaitingValue:
		f.beginValue(c)
	case c == '{' || c == '[':
		f.open(c)
	case c == '}' || c == ']':
		f.close()
	case c == '"' && f.state == awaitingName:
		f.state, f.matched = inName, 0
	case c == '"':
		f.state = inString
	case c == ',' && f.isHere():
		f.state = awaitingName
	default:
		f.state = elsewhere
	}
}

// isHere tells whether names of the innermost open object are those to compare.
func (f *finder) isHere() bool { return f.depth == f.on+1 }

func (f *finder) open(c byte) {
	f.depth++
	f.state = elsewhere
	if c == '{' && f.isHere() {
		f.state = awaitingName
	}
}

func (f *finder) close() {
	f.depth--
	f.on = min(f.on, max(f.depth-1, 0))
	f.state = elsewhere
	if f.depth <= 0 {
		f.state = noValue
	}
}

func (f *finder) compare(c byte) {
	want := f.path[f.on]
	switch {
	case c == '\\':
		f.state = inEscape
	case c == '"' && int(f.matched) == len(want):
		f.state = afterName
	case c == '"':
		f.state = elsewhere
	case f.matched >= 0 && int(f.matched) < len(want) && want[f.matched] == c:
		f.matched++
	default:
		f.matched = -1
	}
}

func (f *finder) afterName(c byte) {
	f.state = elsewhere
	if c == ':' {
		f.state = awaitingValue
	}
}

// beginValue takes the first byte of what the last name leads to.
func (f *finder) beginValue(c byte) {
	last := int(f.on) == len(f.path)-1
	switch {
	case !last && c == '{':
		f.on++
		f.open(c)
	case last && c == '"':
		f.state = inText
	case last && c != '{' && c != '[':
		f.state = inWord
		f.take(c, false)
	default:
		f.state = noValue
	}
}

// take takes a byte of the value, or the one that ends it.
func (f *finder) take(c byte, end bool) {
	switch {
	case end:
		f.state = valueFound
	case c == '\\' || f.length == maxValue:
		f.state = noValue
	default:
		f.value[f.length] = c
		f.length++
	}
}

func (f *finder) skipString(c byte) {
	switch {
	case f.state == inEscape:
		f.state = inString
	case c == '\\':
		f.state = inEscape
	case c == '"':
		f.state = elsewhere
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
