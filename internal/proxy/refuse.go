package proxy

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

var (
	// errClientGone is the end of a request that nobody waits for any more.
	errClientGone = errors.New("client has gone")
	// errBadAnswer stands for an answer that is not HTTP as we know it. What it
	// was is not told: it may be anything, and the log is no place for it.
	errBadAnswer = errors.New("answer of the server is not valid HTTP")
)

// isPerson tells whether somebody looks at the answer: a page for them is better than JSON.
func isPerson(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || isWebsocket(r) {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// turnAway answers who came to a server that cannot be used; the message is one of the catalogues.
func (p *Proxy) turnAway(w http.ResponseWriter, r *http.Request, status int, message string) {
	if p.gone != nil && isPerson(r) {
		p.gone.ServeHTTP(w, r)
		return
	}
	refuse(w, r, status, message)
}

// refuse answers a program. Jupyter shows what it is told, so that the message is in the reader's language.
func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "5")
	}
	w.WriteHeader(status)
	body, _ := json.Marshal(map[string]string{"message": texts.For(r).T(message)}) // a map of strings always can
	_, _ = w.Write(append(body, '\n'))
}

// fail answers a request of which the server has not begun the answer, and logs why.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, b *backend, err error) {
	if errors.Is(err, errClientGone) || r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
	p.counters.failed.Add(1)
	p.logFailure(r, b, err)
	if isTimeout(err) {
		p.turnAway(w, r, http.StatusGatewayTimeout, texts.Mark("The server did not answer in time."))
		return
	}
	p.turnAway(w, r, http.StatusBadGateway, texts.Mark("The server does not answer."))
}

// abort ends a request whose answer has begun and cannot be completed, in the
// one way that lets the client know: without an end.
func (p *Proxy) abort(r *http.Request, b *backend, err error) {
	if !errors.Is(err, errClientGone) && r.Context().Err() == nil {
		p.counters.failed.Add(1)
		p.logFailure(r, b, err)
	}
	panic(http.ErrAbortHandler)
}

func (p *Proxy) logFailure(r *http.Request, b *backend, err error) {
	path, _ := splitTarget(r)
	p.log.Warn("request to a server failed", "server", string(b.target.ID), "method", r.Method,
		"path", nbhosting.RedactPath(path), "err", err)
}

// plainError drops from an error of reading an answer what the server put into it.
func plainError(err error) error {
	if _, ok := errors.AsType[net.Error](err); ok || isEOF(err) || errors.Is(err, net.ErrClosed) {
		return err
	}
	return errBadAnswer
}
