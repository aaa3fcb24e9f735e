package handover

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Listener accepts connections for an [http.Server], whose ConnState is to be
// [Listener.State]. Those over which nothing is asked can be taken back from it.
type Listener struct {
	socket  net.Listener
	ready   chan accepted
	stopped chan struct{}
	stop    func()

	mu      sync.Mutex
	conns   map[*conn]struct{} // all that the server has, but for websockets
	pass    func(net.Conn)     // takes what the server does not need any more; nil until Leave
	changed chan struct{}      // closed when one of them goes
}

type accepted struct {
	conn net.Conn
	err  error
}

// Listen accepts the connections of a socket. Close closes it, but not other
// descriptors of the same one.
func Listen(socket net.Listener) *Listener {
	l := &Listener{
		socket: socket, ready: make(chan accepted), stopped: make(chan struct{}),
		conns: map[*conn]struct{}{}, changed: make(chan struct{}),
	}
	l.stop = sync.OnceFunc(func() { close(l.stopped) })
	go l.run()
	return l
}

func (l *Listener) run() {
	for {
		c, err := l.socket.Accept()
		switch {
		case err == nil:
			l.Give(c)
			continue
		case errors.Is(err, net.ErrClosed):
			l.stop()
		}
		select {
		case l.ready <- accepted{err: err}: // the server waits a while if that helps
		case <-l.stopped:
			return
		}
	}
}

// Give has the server serve a connection as if it had been accepted here.
func (l *Listener) Give(c net.Conn) {
	select {
	case l.ready <- accepted{conn: c}:
	case <-l.stopped:
		l.mu.Lock()
		pass := l.pass
		l.mu.Unlock()
		if pass == nil {
			c.Close()
			return
		}
		pass(c)
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.ready:
		if a.err != nil {
			return nil, a.err
		}
		return &conn{Conn: a.conn, l: l}, nil
	case <-l.stopped:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.stop()
	return l.socket.Close()
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return l.socket.Addr() }

// Leave accepts no more, and gives to pass each connection over which nothing is
// asked, now or as soon as what is asked has been answered. The server has it no more then.
func (l *Listener) Leave(pass func(net.Conn)) error {
	l.mu.Lock()
	l.pass = pass
	for c := range l.conns {
		c.leave()
	}
	l.mu.Unlock()
	return l.Close()
}

// Await returns when the server has at most n connections, websockets apart, or ctx ends.
func (l *Listener) Await(ctx context.Context, n int) error {
	for {
		l.mu.Lock()
		left, changed := len(l.conns), l.changed
		l.mu.Unlock()
		if left <= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// State is to be told the states of connections by the server.
func (l *Listener) State(nc net.Conn, state http.ConnState) {
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c.mu.Lock()
	c.resting = state == http.StateNew || state == http.StateIdle
	c.mu.Unlock()
	switch state {
	case http.StateHijacked, http.StateClosed:
		delete(l.conns, c)
		close(l.changed)
		l.changed = make(chan struct{})
	case http.StateNew, http.StateActive, http.StateIdle:
		l.conns[c] = struct{}{}
		if l.pass != nil {
			c.leave()
		}
	}
}
