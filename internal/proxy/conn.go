package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// maxHead bounds the head of an answer, in bytes. What sends it may be a
// student's program.
const maxHead = 256 << 10

// conn is a connection to a server. It carries one request at a time.
type conn struct {
	net.Conn
	in     *bufio.Reader // nil while the connection is idle
	head   int           // bytes that the head of an answer may still take; negative once it is over
	heard  bool          // something came since the request was sent
	reused bool
	since  time.Time   // idle since
	unhook func() bool // ends the watch for a client that goes; false if it has gone

	mu       sync.Mutex // between the reader of the answer and the sender of the body
	answered bool
}

// Read reads from the server, while keeping to the bound on an answer's head.
func (c *conn) Read(p []byte) (int, error) {
	if c.head == 0 {
		return 0, errBadAnswer
	}
	if c.head > 0 && len(p) > c.head {
		p = p[:c.head]
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard = true
		if c.head > 0 {
			c.head -= n
		}
	}
	return n, err
}

// allow gives the server so much more time to take what is sent and to begin its answer.
func (c *conn) allow(patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := time.Now().Add(patience)
	if c.answered {
		_ = c.SetWriteDeadline(until) // fails on a closed connection only, as all of these
	} else {
		_ = c.SetDeadline(until)
	}
}

// beginAnswer makes the connection ready for the head of an answer.
func (c *conn) beginAnswer() {
	c.head, c.heard, c.answered = maxHead, false, false
}

// endHead lifts the bounds that the head of an answer is under.
func (c *conn) endHead() {
	c.head = -1
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = true
	_ = c.SetReadDeadline(time.Time{})
}

// connect returns a connection to the server that is closed when ctx ends,
// used before if there is one and fresh is false. It must be kept or dropped.
func (p *Proxy) connect(ctx context.Context, b *backend, fresh bool) (*conn, error) {
	var c *conn
	if !fresh {
		c = p.takeIdle(b)
	}
	if c == nil {
		nc, err := b.target.Dial(ctx)
		if err != nil {
			return nil, err
		}
		c = &conn{Conn: nc}
	}
	c.in = p.readers.Get().(*bufio.Reader)
	c.in.Reset(c)
	c.unhook = context.AfterFunc(ctx, func() { c.Conn.Close() })
	return c, nil
}

func (p *Proxy) takeIdle(b *backend) *conn {
	for {
		p.mu.Lock()
		last := len(b.idle) - 1
		if last < 0 {
			p.mu.Unlock()
			return nil
		}
		c := b.idle[last]
		b.idle[last] = nil
		b.idle = b.idle[:last]
		p.mu.Unlock()
		if isQuiet(c.Conn) {
			c.reused = true
			return c
		}
		c.Close()
	}
}

// keep puts a connection whose answer was read to its end back for others.
func (p *Proxy) keep(b *backend, c *conn) {
	if !c.unhook() || c.in.Buffered() > 0 {
		p.drop(c)
		return
	}
	p.release(c)
	c.since = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.draining != nil || len(b.idle) >= idleConns {
		c.Close()
		return
	}
	b.idle = append(b.idle, c)
}

// drop closes a connection that is of no more use.
func (p *Proxy) drop(c *conn) {
	c.unhook()
	c.Close()
	p.release(c)
}

func (p *Proxy) release(c *conn) {
	if c.in != nil {
		c.in.Reset(nil)
		p.readers.Put(c.in)
		c.in = nil
	}
}

// isQuiet tells whether an idle connection is still open, and has nothing to
// read, which nobody would have asked for.
func isQuiet(c net.Conn) bool {
	raw := rawConn(c)
	if raw == nil {
		return true
	}
	quiet := false
	err := raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN
		return true
	})
	return err == nil && quiet
}

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
