package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// LongEvent is one line of the answer to a request that takes a while: lines of
// its log, then either its error or the word that it is done.
type LongEvent struct {
	Log   string    `json:"log,omitempty"`
	Error *APIError `json:"error,omitempty"`
	Done  bool      `json:"done,omitempty"`
}

// long turns a function, which returns the work to do, into a handler that
// answers with a stream of LongEvents, one JSON value per line. The work ends
// when the client goes.
func (w *Web) long(prepare func(*http.Request) (func(context.Context, io.Writer) error, error)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/x-ndjson")
		out := &eventWriter{to: json.NewEncoder(rw), flush: http.NewResponseController(rw).Flush}
		work, err := prepare(r)
		if err == nil {
			err = work(r.Context(), out)
		}
		out.endLine()
		if err != nil {
			w.logFailure(r, err)
			e := apiError(err)
			out.send(LongEvent{Error: &e})
			return
		}
		out.send(LongEvent{Done: true})
	})
}

// eventWriter sends each line that is written to it as an event.
type eventWriter struct {
	mu    sync.Mutex
	to    *json.Encoder
	flush func() error
	line  strings.Builder // begun, not ended
}

func (e *eventWriter) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	rest := string(p)
	for {
		line, after, found := strings.Cut(rest, "\n")
		e.line.WriteString(line)
		if !found {
			return len(p), nil
		}
		e.sendLocked(LongEvent{Log: e.line.String() + "\n"})
		e.line.Reset()
		rest = after
	}
}

func (e *eventWriter) endLine() {
	e.mu.Lock()
	begun := e.line.Len() > 0
	e.mu.Unlock()
	if begun {
		_, _ = e.Write([]byte("\n"))
	}
}

func (e *eventWriter) send(event LongEvent) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sendLocked(event)
}

// sendLocked leaves it to the request's context to tell that the client is gone.
func (e *eventWriter) sendLocked(event LongEvent) {
	if e.to.Encode(event) == nil {
		_ = e.flush()
	}
}
