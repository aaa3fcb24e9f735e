package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	smallBody = 16 << 10              // bytes of a request's body that are read before the server is bothered
	lastWord  = 10 * time.Millisecond // for an upload to be known as ended, once it is answered
	linger    = time.Second           // for a client to see an answer that came before it had sent everything
)

// upload is the body of a request, sent by a goroutine of its own: the server
// may answer before it has read it all, or instead of reading it.
type upload struct {
	done     chan struct{} // closed when the goroutine has ended
	look     bool          // whether it is a part
	sent     bool          // all of it; read it after done
	received error         // why the client sends no more; read it after done
	part     atomic.Bool   // it is a chunk of a file, other than the last
}

// takeSmallBody reads a body that is short, so that it is sent with the head.
func (x *exchange) takeSmallBody() error {
	if x.r.ContentLength <= 0 || x.r.ContentLength > smallBody {
		return nil
	}
	end := len(x.request)
	x.request = append(x.request, make([]byte, x.r.ContentLength)...)
	x.body = x.request[end:]
	n, err := io.ReadFull(x.r.Body, x.body)
	x.p.counters.up.Add(uint64(n))
	return err
}

// beginUpload begins to send a body that is not short, or of unknown length.
func (x *exchange) beginUpload() {
	if x.r.ContentLength >= 0 && x.r.ContentLength <= smallBody {
		return
	}
	_ = http.NewResponseController(x.w).EnableFullDuplex() // where it cannot be, it only takes longer
	x.upload = &upload{done: make(chan struct{}), look: x.deed.kind == saving}
	go x.upload.run(x.p, x.c, x.r)
}

func (u *upload) run(p *Proxy, c *conn, r *http.Request) {
	defer close(u.done)
	buf := p.buffers.Get().(*[]byte)
	defer p.buffers.Put(buf)
	var w io.Writer = &patientWriter{c: c, patience: p.patience}
	end := func() error { return nil }
	if r.ContentLength < 0 {
		chunks := chunkWriter{bufio.NewWriter(w)}
		w, end = chunks, chunks.end
	}
	for {
		n, err := r.Body.Read(*buf)
		if n > 0 {
			p.counters.up.Add(uint64(n))
			if u.look {
				u.part.Store(isPart((*buf)[:n]))
				u.look = false
			}
			if _, err := w.Write((*buf)[:n]); err != nil {
				// What the server has to say of it is still to be read, and the
				// client hears it better if it can go on sending meanwhile.
				_, u.received = io.CopyBuffer(io.Discard, r.Body, *buf)
				return
			}
		}
		if err == io.EOF {
			u.sent = end() == nil
			return
		}
		if err != nil {
			u.received = err
			c.Close() // half a body must not look like a whole one
			return
		}
	}
}

// patientWriter gives the server new patience with each piece that it is sent.
type patientWriter struct {
	c        *conn
	patience time.Duration
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.c.allow(w.patience)
	n, err := w.c.Write(p)
	w.c.allow(w.patience)
	return n, err
}

// chunkWriter frames each piece that is written to it as a chunk.
type chunkWriter struct{ w *bufio.Writer }

func (c chunkWriter) Write(p []byte) (int, error) {
	fmt.Fprintf(c.w, "%x\r\n", len(p)) // the failure of any stays in w until Flush
	_, _ = c.w.Write(p)
	_, _ = c.w.WriteString("\r\n")
	return len(p), c.w.Flush()
}

// end writes the last chunk.
func (c chunkWriter) end() error {
	_, _ = c.w.WriteString("0\r\n\r\n")
	return c.w.Flush()
}

// over tells whether the upload has ended, in whatever way.
func (u *upload) over() bool {
	select {
	case <-u.done:
		return true
	default:
		return false
	}
}

// clientGone tells whether the upload has ended because the client did not go on.
func (u *upload) clientGone() bool { return u.over() && u.received != nil }

// uploaded tells whether the whole body was sent. A goroutine that has just
// sent the end of it gets the moment that it needs to say so.
func (x *exchange) uploaded() bool {
	if x.upload == nil {
		return true
	}
	if !x.upload.over() {
		select {
		case <-x.upload.done:
		case <-time.After(lastWord):
		}
	}
	return x.upload.over() && x.upload.sent
}

// closeIfUploading tells a client that is still sending not to use the connection again.
func (x *exchange) closeIfUploading() {
	if x.upload != nil && !x.uploaded() {
		x.w.Header().Set("Connection", "close")
	}
}

// endUpload ends an upload that goes on after the answer to it.
func (x *exchange) endUpload() {
	if x.upload == nil || x.upload.over() {
		return
	}
	x.c.Close()
	rc := http.NewResponseController(x.w)
	_ = rc.Flush() // nobody may be there to see it
	_ = rc.SetReadDeadline(time.Now().Add(linger))
	<-x.upload.done
}
