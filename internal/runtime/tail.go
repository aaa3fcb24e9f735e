package runtime

import "bytes"

// MaxOutput is how much of an instance's output is given, in bytes.
const MaxOutput = 64 << 10

// Tail keeps the end of what is written to it, for drivers: what Output returns.
type Tail struct {
	lines int
	kept  []byte
}

// NewTail returns a Tail of at most so many lines and MaxOutput.
func NewTail(lines int) *Tail { return &Tail{lines: lines} }

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if len(t.kept) > 2*MaxOutput { // now and then, not at every write
		t.kept = append([]byte(nil), t.kept[len(t.kept)-MaxOutput:]...)
	}
	return len(p), nil
}

// String returns what is kept. A line of which the beginning is lost is kept as well.
func (t *Tail) String() string {
	kept := t.kept[max(0, len(t.kept)-MaxOutput):]
	from := len(kept)
	end := len(bytes.TrimSuffix(kept, []byte("\n")))
	for n := 0; n < t.lines && from > 0; n++ {
		from = bytes.LastIndexByte(kept[:end], '\n') + 1
		end = max(from-1, 0)
	}
	return string(kept[from:])
}
