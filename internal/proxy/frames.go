package proxy

import "encoding/binary"

// frames follows the frames of a websocket (RFC 6455 §5.2) in one direction, as
// they pass by in pieces of any size. It keeps nothing but the head of one frame,
// and trusts nothing: nonsense is followed as if it were frames.
type frames struct {
	head [14]byte // of the frame that passes, its mask included, as far as it is known
	have int8     // bytes of head that are known of it; 0 once it is complete
	left uint64   // bytes of the frame that are still to come, once its head is complete
}

// pass notes that p has passed.
func (f *frames) pass(p []byte) {
	for len(p) > 0 {
		_, p = f.next(p)
	}
}

// next follows a beginning of p, which is not empty: what there is of a frame's
// data, which is returned, or else of its head.
func (f *frames) next(p []byte) (data, rest []byte) {
	if f.left > 0 {
		n := min(f.left, uint64(len(p)))
		f.left -= n
		return p[:n], p[n:]
	}
	for i, c := range p {
		f.head[f.have] = c
		f.have++
		if int(f.have) == f.headLen() {
			f.left, f.have = f.dataLen(), 0
			return nil, p[i+1:]
		}
	}
	return nil, nil
}

// between tells whether a whole number of frames has passed.
func (f *frames) between() bool { return f.have == 0 && f.left == 0 }

// headLen returns the length of the head of a frame, or more than have.
func (f *frames) headLen() int {
	if f.have == 1 {
		return 2
	}
	length := 2
	switch f.head[1] & 0x7f {
	case 126:
		length = 4
	case 127:
		length = 10
	}
	if f.head[1]&masked != 0 {
		length += 4
	}
	return length
}

// dataLen returns the length of what follows a head.
func (f *frames) dataLen() uint64 {
	switch length := f.head[1] & 0x7f; length {
	case 126:
		return uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		return binary.BigEndian.Uint64(f.head[2:])
	default:
		return uint64(length)
	}
}

// What there is in the first two bytes of a head.
const (
	reserved = 0x70
	opcode   = 0x0f
	control  = 0x08 // of the opcodes: frames between those of messages

	textFrame   = 1
	binaryFrame = 2
	closeFrame  = 8

	masked = 0x80
)

// maskOf returns what the last n bytes that came of a frame's data are masked
// with, beginning with the first of them.
func (f *frames) maskOf(n int) (mask [4]byte) {
	if f.head[1]&masked == 0 {
		return mask
	}
	key, at := f.head[f.headLen()-4:], f.dataLen()-f.left-uint64(n)
	for i := range mask {
		mask[i] = key[(at+uint64(i))&3]
	}
	return mask
}

// The frames with which a websocket ends: of a server that stops, and where only we do.
var (
	goingAway      = []byte{0x88, 2, 1001 >> 8, 1001 & 0xff}
	serviceRestart = []byte{0x88, 2, 1012 >> 8, 1012 & 0xff}
)
