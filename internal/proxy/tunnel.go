package proxy

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// halfOpen is how long one side of a websocket may go on once the other has
// ended. There is no other bound on a websocket: it may be idle for days.
const halfOpen = 30 * time.Second

// tunnel is a websocket that is open: two connections, and a goroutine for
// each direction. Most are idle nearly always, so one that waits holds no
// buffer; where it does read is the place to see what passes.
type tunnel struct {
	p              *Proxy
	b              *backend
	client, server net.Conn
	down           frames                 // of the direction to the client
	up             *listener              // to the other; nil where nothing is to be learnt
	ended          atomic.Int32           // directions
	farewell       atomic.Pointer[[]byte] // the last frame to the client, once the tunnel is to end
	attentive      atomic.Bool            // what the client says until it has heard that still counts
}

// join makes a tunnel of a client's connection and that of x. What was read
// ahead on either goes first.
func (p *Proxy) join(x *exchange, client net.Conn, ahead []byte, protocol string) {
	behind := leftover(x.c.in)
	t := &tunnel{p: p, b: x.b, client: client, server: x.c.Conn}
	seen := x.b.record
	t.up = newListener(x.rest, protocol, func(word string) { p.noteMessage(seen, word) })
	x.c.unhook()
	p.release(x.c)
	_ = t.server.SetDeadline(time.Time{})
	if !p.open(t) {
		t.close()
		return
	}
	p.counters.opened.Add(1)
	go t.run(t.server, t.client, ahead)
	go t.run(t.client, t.server, behind)
}

// open notes a tunnel, unless its server is being drained already.
func (p *Proxy) open(t *tunnel) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.b.draining != nil || p.restarting {
		return false
	}
	t.b.tunnels[t] = struct{}{}
	return true
}

// goAway has the tunnel end soon, with a last frame to the client if no other is
// being sent.
func (t *tunnel) goAway(farewell []byte) {
	t.farewell.Store(&farewell)
	_ = t.client.SetWriteDeadline(time.Now().Add(closingGrace / 2)) // fails if it is closed already
	_ = t.server.SetReadDeadline(time.Now())
}

// run carries one direction, beginning with what was read ahead of it. The last
// of the two to end clears up.
func (t *tunnel) run(dst, src net.Conn, ahead []byte) {
	err := t.carry(dst, src, ahead)
	if !t.bid(dst) && (err != nil || !t.endHalf(dst, src)) {
		t.close()
	}
	if t.ended.Add(1) == 2 {
		t.close()
		t.p.forget(t)
	}
}

// bid sends the farewell, if there is one, and returns whether the client is still listened to.
func (t *tunnel) bid(dst net.Conn) bool {
	farewell := t.farewell.Load()
	if farewell == nil || dst != t.client || !t.down.between() {
		return false
	}
	_, err := dst.Write(*farewell) // the client may be gone already
	if err != nil || !t.attentive.Load() {
		return false
	}
	_ = t.client.SetReadDeadline(time.Now().Add(closingGrace)) // fails if it is closed already
	return true
}

// errGoodbye is met when the client has answered the farewell.
var errGoodbye = errors.New("the client has said goodbye")

// carry copies until src ends, which is no error, or either fails.
func (t *tunnel) carry(dst, src net.Conn, ahead []byte) error {
	if len(ahead) > 0 {
		t.note(dst, ahead)
		if _, err := dst.Write(ahead); err != nil {
			return err
		}
	}
	in := newSource(src, &t.p.buffers)
	for {
		piece, err := in.read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		t.note(dst, piece)
		_, err = dst.Write(piece)
		in.done()
		if err != nil {
			return err
		}
		if dst == t.server && t.attentive.Load() && t.up.closed() {
			return errGoodbye
		}
	}
}

// note takes note of a piece that is about to be sent to dst.
func (t *tunnel) note(dst net.Conn, piece []byte) {
	if dst == t.client {
		t.down.pass(piece)
		t.p.counters.down.Add(uint64(len(piece)))
	} else {
		t.up.pass(piece)
		t.p.counters.up.Add(uint64(len(piece)))
	}
}

// endHalf passes the end of src on, and bounds what still comes the other way.
// It returns false if that cannot be.
func (t *tunnel) endHalf(dst, src net.Conn) bool {
	half, ok := dst.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return false
	}
	until := time.Now().Add(halfOpen)
	_ = dst.SetReadDeadline(until) // fails if it is closed already
	_ = src.SetWriteDeadline(until)
	return t.farewell.Load() == nil
}

func (t *tunnel) close() {
	t.client.Close()
	t.server.Close()
}

func (p *Proxy) forget(t *tunnel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(t.b.tunnels, t)
	t.b.settle()
}
