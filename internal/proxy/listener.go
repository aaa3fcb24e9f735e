package proxy

import "strings"

// listener makes out, of what a browser sends over a websocket, what its person
// does: runs a cell, answers a program that asks, moves a widget, types in a terminal.
//
// It is told all bytes that pass, in pieces of any size, and keeps none of them;
// of each message it looks at the beginning only. It believes everything: a
// student who wants to look busy can as well run a cell that does nothing.
type listener struct {
	hear     func(word string) // is told the type of each message
	language language
	frames   frames

	over   bool   // nothing more is to be learnt from the message that passes
	at     int    // bytes of it that have passed
	number uint64 // that is being read
	start  int    // where the JSON begins that says its type
	find   finder
}

// maxListen is how much of a message is looked at, in bytes.
const maxListen = 1 << 20

// language is the form of the messages on a websocket.
type language uint8

const (
	terminal   language = iota // ["stdin", …], as terminado has it
	kernelJSON                 // {"header": {"msg_type": …}, …}, or the same with buffers in a binary message
	kernelV1                   // offsets, channel, header, and so on
)

// kernelProtocol is the sub-protocol of websockets on which kernelV1 is spoken.
const kernelProtocol = "v1.kernel.websocket.jupyter.org"

// newListener returns one for the websocket of a path, or nil if nothing is to be learnt there.
func newListener(rest, protocol string, hear func(word string)) *listener {
	l := &listener{hear: hear, over: true}
	switch {
	case strings.HasPrefix(rest, "terminals/websocket/"):
		l.language = terminal
	case !strings.HasPrefix(rest, "api/kernels/") || !strings.HasSuffix(rest, "/channels"):
		return nil
	case protocol == kernelProtocol:
		l.language = kernelV1
	default:
		l.language = kernelJSON
	}
	return l
}

// pass notes that p has passed. A nil l notes nothing.
func (l *listener) pass(p []byte) {
	if l == nil {
		return
	}
	for len(p) > 0 {
		var data []byte
		data, p = l.frames.next(p)
		switch {
		case data != nil:
			l.read(data)
		case l.frames.have == 0:
			l.begin(l.frames.head[0])
		}
	}
}

// closed tells whether the last frame that has passed is the one that ends a websocket.
func (l *listener) closed() bool {
	return l.frames.between() && l.frames.head[0]&opcode == closeFrame
}

// begin notes that a frame begins, and a message with it unless the frame goes
// on with one, or stands between the frames of one.
func (l *listener) begin(head byte) {
	code := head & opcode
	if code == 0 || code&control != 0 {
		return
	}
	l.over = head&reserved != 0 // compressed, or nonsense
	l.at, l.number, l.start = 0, 0, 0
	switch {
	case l.language == kernelV1:
		l.find, l.start = finder{path: typeOfHeader}, unknownStart
	case l.language == kernelJSON:
		l.find = finder{path: typeOfMessage}
		if code == binaryFrame {
			l.start = unknownStart
		}
	}
}

var (
	typeOfHeader  = []string{"msg_type"}
	typeOfMessage = []string{"header", "msg_type"}
)

// read looks at some data of the frame that passes.
func (l *listener) read(data []byte) {
	if l.over || l.frames.head[0]&control != 0 {
		return
	}
	mask := l.frames.maskOf(len(data))
	for i, c := range data {
		if !l.take(c ^ mask[i&3]) {
			l.over = true
			return
		}
	}
}

// take takes the next byte of a message, and returns false if it needs no more.
func (l *listener) take(c byte) bool {
	at := l.at
	l.at++
	switch {
	case at == maxListen:
		return false
	case l.language == terminal:
		return l.takeTyped(at, c)
	case l.start == unknownStart:
		return l.takeOffset(at, c)
	case at < l.start || l.find.feed(c):
		return true
	}
	if word := l.find.result(); word != "" {
		l.hear(word)
	}
	return false
}

// unknownStart stands for what is to be read from the offsets first.
const unknownStart = -1

// takeOffset takes a byte of the offsets with which binary messages begin. In
// kernelV1 these are numbers of 64 bits, little end first: how many there are,
// where the channel begins, where the header does. Otherwise they are of 32 bits, big
// end first: how many there are, where the JSON begins.
func (l *listener) takeOffset(at int, c byte) bool {
	last := 0
	if l.language == kernelV1 {
		l.number |= uint64(c) << (8 * (at & 7))
		if at&7 == 7 && at < 23 {
			l.number = 0
		}
		last = 23
	} else {
		l.number = l.number<<8 | uint64(c)
		last = 7
		if at == 3 {
			l.number = 0
		}
	}
	if at < last {
		return true
	}
	if l.number <= uint64(at) || l.number >= maxListen {
		return false
	}
	l.start = int(l.number)
	return true
}

const stdin = `["stdin"`

// takeTyped takes a byte of a terminal's message. The others tell of the window's size.
func (l *listener) takeTyped(at int, c byte) bool {
	switch {
	case stdin[at] != c:
		return false
	case at < len(stdin)-1:
		return true
	}
	l.hear("stdin")
	return false
}
