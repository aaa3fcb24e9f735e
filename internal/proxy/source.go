package proxy

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// source reads from one connection with a buffer that it borrows only once
// there is something to read: thousands of connections that wait need none.
type source struct {
	conn  net.Conn
	pool  *sync.Pool // of *[]byte
	raw   syscall.RawConn
	try   func(fd uintptr) bool
	buf   *[]byte // borrowed while what was read is in use
	n     int
	err   error
	small []byte // instead of all the above where the connection is not a plain socket
}

// smallBuffer is what an idle connection holds that is not a plain socket, in bytes.
const smallBuffer = 4 << 10

func newSource(c net.Conn, pool *sync.Pool) *source {
	s := &source{conn: c, pool: pool, raw: rawConn(c)}
	if s.raw == nil {
		s.small = make([]byte, smallBuffer)
	} else {
		s.try = s.tryRead
	}
	return s
}

// rawConn returns the socket under c if there is nothing between, else nil. The
// types are asked for by name: what wraps one may hold bytes that it has read.
func rawConn(c net.Conn) syscall.RawConn {
	var sc syscall.Conn
	switch c := c.(type) {
	case *net.TCPConn:
		sc = c
	case *net.UnixConn:
		sc = c
	default:
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// read waits for something to come and returns it; done must follow it.
func (s *source) read() ([]byte, error) {
	if s.raw == nil {
		n, err := s.conn.Read(s.small)
		if n > 0 {
			return s.small[:n], nil // an error comes again
		}
		return nil, err
	}
	if err := s.raw.Read(s.try); err != nil {
		return nil, err
	}
	if s.n > 0 {
		return (*s.buf)[:s.n], nil
	}
	s.done()
	if s.err != nil {
		return nil, s.err
	}
	return nil, io.EOF
}

// tryRead reads what is there, or returns false to be called again when something is.
func (s *source) tryRead(fd uintptr) bool {
	s.buf = s.pool.Get().(*[]byte)
	for {
		s.n, s.err = syscall.Read(int(fd), *s.buf)
		if s.err != syscall.EINTR {
			break
		}
	}
	if s.err == syscall.EAGAIN {
		s.done()
		return false
	}
	return true
}

// done gives the buffer back.
func (s *source) done() {
	if s.buf != nil {
		s.pool.Put(s.buf)
		s.buf = nil
	}
}
