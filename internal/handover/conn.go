package handover

import (
	"io"
	"net"
	"sync"
	"time"
)

// conn is a connection that its server can be parted from while it waits for a
// request: a read that has brought nothing is ended, whereupon the server closes
// the connection, as it believes.
type conn struct {
	net.Conn
	l *Listener

	mu      sync.Mutex
	resting bool // the server waits for a request
	begun   bool // part of one has come: something was read since the last that was written
	leaving bool // the server is about to give it up
	gone    bool // it has
}

// headPatience is how long the rest of a request's head may take to come that
// began to come when the connection was about to be given up.
const headPatience = 10 * time.Second

// Socket returns what is below, for who has taken the connection over from the server.
func (c *conn) Socket() net.Conn { return c.Conn }

// leave parts the server from the connection, if nothing is asked over it.
func (c *conn) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resting && !c.begun && !c.gone {
		c.leaving = true
		_ = c.Conn.SetReadDeadline(time.Now()) // fails if it is closed already
	}
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.begun = true
		if c.leaving { // too late: it is answered here
			c.leaving = false
			_ = c.Conn.SetReadDeadline(time.Now().Add(headPatience))
		}
		c.mu.Unlock()
	}
	return n, err
}

// answering notes, before anything is written, that what came was taken in: what
// is read from now on belongs to the next request.
func (c *conn) answering() {
	c.mu.Lock()
	c.begun = false
	c.mu.Unlock()
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	c.answering()
	return c.Conn.Write(p)
}

// ReadFrom implements io.ReaderFrom, so that files are sent as the kernel does it best.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	c.answering()
	return io.Copy(c.Conn, r)
}

// CloseWrite ends what is written, where that can be.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// SetReadDeadline implements net.Conn; none counts while the connection is being given up.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving {
		return nil
	}
	return c.Conn.SetDeadline(t)
}

// Close implements net.Conn. A connection that is given up stays open.
func (c *conn) Close() error {
	c.mu.Lock()
	leaving, gone := c.leaving, c.gone
	c.leaving, c.gone = false, true
	c.mu.Unlock()
	switch {
	case gone:
		return nil
	case !leaving:
		return c.Conn.Close()
	}
	_ = c.Conn.SetDeadline(time.Time{}) // fails if it is broken: so will whatever is done with it
	c.l.mu.Lock()
	pass := c.l.pass
	c.l.mu.Unlock()
	pass(c.Conn)
	return nil
}
