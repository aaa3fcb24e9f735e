package proxy

import "encoding/binary"

// frames follows the frames of a websocket (RFC 6455 §5.2) in one direction, as
// they pass by in pieces of any size. It looks at their heads only, keeps
// nothing, and trusts nothing: nonsense is followed as if it were frames.
type frames struct {
	head [10]byte // of the frame that passes, as far as it is known; a mask is counted to the payload
	have int8     // bytes of head
	left uint64   // bytes of the frame that are still to come, once its head is complete
}

// pass notes that p has passed. A nil f follows nothing.
func (f *frames) pass(p []byte) {
	if f == nil {
		return
	}
	for len(p) > 0 {
		if f.left > 0 {
			n := min(f.left, uint64(len(p)))
			f.left -= n
			p = p[n:]
			continue
		}
		f.head[f.have] = p[0]
		f.have++
		p = p[1:]
		if int(f.have) == f.headLen() {
			f.left, f.have = f.frameLen(), 0
		}
	}
}

// between tells whether a whole number of frames has passed.
func (f *frames) between() bool { return f.have == 0 && f.left == 0 }

func (f *frames) headLen() int {
	if f.have < 2 {
		return 2
	}
	switch f.head[1] & 0x7f {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// frameLen returns the length of what follows the head.
func (f *frames) frameLen() uint64 {
	length := uint64(f.head[1] & 0x7f)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		length = binary.BigEndian.Uint64(f.head[2:])
	}
	if f.head[1]&0x80 != 0 {
		length += 4
	}
	return length
}

// goingAway is the frame with which a server that stops ends a websocket.
var goingAway = []byte{0x88, 2, 1001 >> 8, 1001 & 0xff}
