package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"syscall"
)

const (
	zeroCopy = 64 << 10 // bytes of an answer from which moving them is left to the kernel
	maxInfos = 5        // interim answers to one request
)

// exchange is one plain request on its way to a server, and its answer on the way back.
type exchange struct {
	p *Proxy
	b *backend
	w http.ResponseWriter
	r *http.Request
	c *conn

	uri  string          // what the server is asked for
	rest string          // the path in it, after the server's base path, escaped
	deed deed            // what it is to do to a file
	ctx  context.Context // ends when nobody waits for the answer

	buf     []byte  // for what is in hand: the request, then pieces of the answer
	request []byte  // its head, and its body if that is small
	body    []byte  // in request; valid until the answer has begun
	upload  *upload // nil if the body is part of request
	begun   bool    // the answer to the client
}

// forward serves a plain request.
//
// It does what httputil.ReverseProxy does, in the goroutine of the request
// alone. To hand each of the small answers that a page of Jupyter asks for by
// the hundred to the goroutines of an http.Transport, and back, costs more than
// all the rest.
func (x *exchange) forward() {
	p := x.p
	buf := p.buffers.Get().(*[]byte)
	defer p.buffers.Put(buf)
	x.buf = *buf
	if x.deed = deedOf(x.r, x.rest); x.deed.kind != nothing {
		x.ctx = context.WithoutCancel(x.ctx) // who asked may go; what comes of it is to be known
	}
	x.request = appendFraming(appendHead(x.buf[:0], x.r, x.uri, x.b.target.Token), x.r)
	if err := x.takeSmallBody(); err != nil {
		panic(http.ErrAbortHandler)
	}
	endTurn := x.turn()
	defer endTurn()
	res, err := x.ask()
	defer x.endUpload()
	if err == nil {
		x.note(res.StatusCode)
		endTurn()
		err = x.answer(res)
	}
	switch {
	case err == nil:
	case x.begun:
		p.abort(x.r, x.b, err)
	default:
		x.closeIfUploading()
		p.fail(x.w, x.r, x.b, err)
	}
}

// ask sends the request and reads the head of the answer. If the server was
// closing the connection just then, and the request asks for nothing to be
// changed, it is sent once more.
func (x *exchange) ask() (*http.Response, error) {
	harmless := isSafe(x.r.Method) && x.r.ContentLength == 0
	for fresh := false; ; fresh = true {
		c, err := x.p.connect(x.ctx, x.b, fresh)
		if err != nil {
			return nil, fmt.Errorf("connecting to the server: %w", err)
		}
		x.c = c
		res, err := x.askOnce()
		if err == nil {
			return res, nil
		}
		if x.upload != nil && x.upload.clientGone() {
			err = errClientGone
		}
		again := harmless && c.reused && !c.heard && !isTimeout(err) && x.r.Context().Err() == nil
		x.p.drop(c)
		if !again {
			return nil, err
		}
	}
}

func (x *exchange) askOnce() (*http.Response, error) {
	x.c.beginAnswer()
	x.c.allow(x.p.patience)
	if _, err := x.c.Write(x.request); err != nil {
		return nil, fmt.Errorf("sending the request: %w", err)
	}
	x.beginUpload()
	for range maxInfos + 1 {
		res, err := http.ReadResponse(x.c.in, x.r)
		switch {
		case err != nil:
			return nil, fmt.Errorf("reading the answer: %w", plainError(err))
		case res.StatusCode >= 200:
			x.c.endHead()
			return res, nil
		case res.StatusCode < 100 || res.StatusCode == http.StatusSwitchingProtocols:
			return nil, errBadAnswer
		}
		x.inform(res)
	}
	return nil, errBadAnswer
}

// inform passes an interim answer on. That it is waited for the body was said already.
func (x *exchange) inform(res *http.Response) {
	if res.StatusCode == http.StatusContinue {
		return
	}
	h := x.w.Header()
	if links, sent := res.Header["Link"]; sent {
		h["Link"] = links
	}
	x.w.WriteHeader(res.StatusCode)
	h.Del("Link")
}

// answer passes the answer on and decides what becomes of the connection.
func (x *exchange) answer(res *http.Response) error {
	h := x.w.Header()
	x.p.cleanAnswer(res.Header, x.r)
	maps.Copy(h, res.Header)
	x.closeIfUploading()
	x.begun = true
	x.w.WriteHeader(res.StatusCode)
	if len(res.Trailer) > 0 {
		_ = http.NewResponseController(x.w).Flush() // or a short body is sent in a form without trailer
	}
	err := x.copyBody(res)
	for name, values := range res.Trailer {
		if !isOverreaching(name) {
			h[http.TrailerPrefix+name] = values
		}
	}
	if err == nil && !res.Close && x.uploaded() {
		x.p.keep(x.b, x.c)
	} else {
		x.p.drop(x.c)
	}
	return err
}

// copyBody passes the body of an answer on, piece by piece as it comes.
func (x *exchange) copyBody(res *http.Response) error {
	left := res.ContentLength
	if dst, ok := x.w.(io.ReaderFrom); ok && left >= zeroCopy && x.r.TLS == nil && x.r.Method != http.MethodHead {
		return x.moveBody(dst, left)
	}
	flush := http.NewResponseController(x.w).Flush
	for {
		n, err := res.Body.Read(x.buf)
		if n > 0 {
			x.p.counters.down.Add(uint64(n))
			if _, err := x.w.Write(x.buf[:n]); err != nil {
				return errClientGone
			}
			if left -= int64(n); left != 0 && err != io.EOF { // the end is flushed anyhow
				_ = flush() // its failure is that of the next write
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("reading the body of the answer: %w", plainError(err))
		}
	}
}

// moveBody has the kernel move a body of known length from socket to socket.
func (x *exchange) moveBody(dst io.ReaderFrom, left int64) error {
	first, _ := x.c.in.Peek(int(min(int64(x.c.in.Buffered()), left)))
	if _, err := x.w.Write(first); err != nil {
		return errClientGone
	}
	_ = http.NewResponseController(x.w).Flush() // its failure is that of ReadFrom
	_, _ = x.c.in.Discard(len(first))           // it was seen to be there
	left -= int64(len(first))
	n, err := dst.ReadFrom(io.LimitReader(x.c.Conn, left))
	x.p.counters.down.Add(uint64(int64(len(first)) + n))
	switch {
	case errors.Is(err, syscall.EPIPE):
		return errClientGone
	case err != nil:
		return fmt.Errorf("moving the body of the answer: %w", err)
	case n < left:
		return fmt.Errorf("moving the body of the answer: %w", io.ErrUnexpectedEOF)
	}
	return nil
}
