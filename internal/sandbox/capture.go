package sandbox

// Capture keeps the beginning of what is written to it and drops the rest, so
// that a program can print for as long as it runs.
type Capture struct {
	Max  int // bytes
	text []byte
	over bool
}

// Write keeps of p what there is room for. It never fails.
func (c *Capture) Write(p []byte) (int, error) {
	room := min(c.Max-len(c.text), len(p))
	c.text = append(c.text, p[:room]...)
	c.over = c.over || room < len(p)
	return len(p), nil
}

// Bytes returns what was kept.
func (c *Capture) Bytes() []byte { return c.text }

// Over tells whether something was dropped.
func (c *Capture) Over() bool { return c.over }
