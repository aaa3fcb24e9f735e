package cli

import (
	"fmt"
	"io"
	"net/http"
	"sync"
)

// local is a transport to a handler in this process. Answers are streamed: the
// body can be read while the handler still writes it.
type local struct {
	handler http.Handler
	running sync.WaitGroup
}

// wait returns when no handler runs any more: one may go on, to undo or to
// complete its work, when its caller has left.
func (l *local) wait() { l.running.Wait() }

// RoundTrip implements http.RoundTripper.
func (l *local) RoundTrip(r *http.Request) (*http.Response, error) {
	body, write := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: write, begun: make(chan int, 1)}
	l.running.Go(func() {
		l.handler.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK)
		write.Close()
	})
	select {
	case status := <-w.begun:
		return &http.Response{
			Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: w.header.Clone(), Body: body, ContentLength: -1, Request: r,
		}, nil
	case <-r.Context().Done():
		body.Close()
		return nil, r.Context().Err()
	}
}

// pipeWriter is an http.ResponseWriter onto a pipe.
type pipeWriter struct {
	header http.Header
	body   *io.PipeWriter
	begin  sync.Once
	begun  chan int
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *pipeWriter) WriteHeader(status int) { w.begin.Do(func() { w.begun <- status }) }

// Write implements http.ResponseWriter.
func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush implements http.Flusher: a pipe holds nothing back.
func (w *pipeWriter) Flush() {}
