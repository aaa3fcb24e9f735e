// Package proxy carries the requests and websockets of browsers to the Jupyter
// servers of the students, and is the only one that may speak to them.
//
// It is the guard, too. A Jupyter server trusts whoever shows its token and
// the proxy shows it on every request, so it decides here, before anything is
// passed on, whether a request may come from the page that makes it. It takes
// the servers for hostile as well: their answers are bounded, framed anew, and
// freed from what would reach beyond the server's own part of the site.
//
// And it is who sees what is done: of what passes it makes out what a person
// does ([Proxy.Activity]), and tells of what is saved ([Watcher]).
//
// The way of a plain request is [Proxy.ServeHTTP], forward.go, upload.go and
// answer.go; that of a websocket is websocket.go and tunnel.go. What is seen of
// them is in deed.go, listener.go, record.go and totals.go.
package proxy

import (
	"bufio"
	"context"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// Target is a server as the proxy needs to know it. It never changes: a server
// that is started anew has a new id.
type Target struct {
	ID     nbhosting.ServerID
	Secret string // the part of the URLs that only the student knows
	Token  string // what Jupyter wants to be shown
	Dial   func(context.Context) (net.Conn, error)
}

// Targets knows the servers that can be used now. It is asked on every
// request, by many goroutines at once.
type Targets interface {
	Target(id nbhosting.ServerID) (Target, bool)
}

// Options are what a Proxy is made of.
type Options struct {
	Targets Targets

	// FrameAncestors are the CSP sources of the pages that may show a server in
	// a frame, beside the site's own. They are not checked here.
	FrameAncestors []string

	// Gone answers a person, as opposed to a program, who comes with an old or
	// wrong address, or whose server does not answer.
	Gone http.Handler

	// Patience is how long a server may take to begin its answer once it has the
	// request, and to take each piece of an upload; 5 minutes if it is zero.
	Patience time.Duration

	Watcher Watcher             // nil: nobody is told of what is saved
	Delayed func(time.Duration) // is told by how much the Watcher has delayed a save; nil: nobody is

	Logger *slog.Logger
}

// Proxy serves everything under [nbhosting.ServerPrefix].
//
// It must be reached before any handler that changes paths, as
// [http.ServeMux] does with "//": the path goes on as the client sent it.
type Proxy struct {
	targets  Targets
	gone     http.Handler
	framing  string
	patience time.Duration
	watcher  Watcher
	delayed  func(time.Duration)
	log      *slog.Logger
	began    time.Time

	buffers sync.Pool // of *[]byte, bufferSize long
	readers sync.Pool // of *bufio.Reader

	counters counters

	mu         sync.Mutex
	restarting bool
	backends   map[nbhosting.ServerID]*backend
	records    map[nbhosting.ServerID]*record
}

// bufferSize is what is moved at once, in bytes.
const bufferSize = 64 << 10

// New returns a Proxy that knows no server's state yet.
func New(o Options) *Proxy {
	p := &Proxy{
		targets:  o.Targets,
		gone:     o.Gone,
		framing:  strings.Join(append([]string{"frame-ancestors 'self'"}, o.FrameAncestors...), " "),
		patience: o.Patience,
		watcher:  o.Watcher,
		delayed:  o.Delayed,
		log:      o.Logger,
		began:    time.Now(),
		buffers:  sync.Pool{New: func() any { return new(make([]byte, bufferSize)) }},
		readers:  sync.Pool{New: func() any { return bufio.NewReader(nil) }},
		backends: map[nbhosting.ServerID]*backend{},
		records:  map[nbhosting.ServerID]*record{},
	}
	if p.patience == 0 {
		p.patience = 5 * time.Minute
	}
	return p
}

// ServeHTTP passes the request on to the server that its path names, if it comes
// with that server's secret and from no foreign page.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, query := splitTarget(r)
	id, secret, rest, _ := nbhosting.SplitServerPath(path)
	b := p.admit(w, r, id, secret)
	if b == nil {
		p.counters.refused.Add(1)
		return
	}
	defer p.leave(b)
	class := classOf(r, rest)
	p.counters.requests[class].Add(1)
	x := &exchange{p: p, b: b, w: w, r: r, uri: path + withoutToken(query), rest: rest, ctx: r.Context()}
	if class == Handshakes {
		x.upgrade()
		return
	}
	if isPerson(r) {
		p.noteInput(b.record)
	}
	x.forward()
}

// admit lets a request in, or answers it and returns nil.
func (p *Proxy) admit(w http.ResponseWriter, r *http.Request, id nbhosting.ServerID, secret string) *backend {
	if why := foreign(r); why != "" {
		refuse(w, r, http.StatusForbidden, why)
		return nil
	}
	if r.Method == http.MethodTrace {
		refuse(w, r, http.StatusMethodNotAllowed, texts.Mark("TRACE is not served.")) // it would show the token
		return nil
	}
	b, state := p.enter(id, secret)
	switch state {
	case unknown:
		p.turnAway(w, r, http.StatusForbidden, texts.Mark("This address is not valid, or not any more."))
	case leaving:
		p.turnAway(w, r, http.StatusServiceUnavailable, texts.Mark("The server is being stopped."))
	case entered:
	}
	return b
}

// sameSecret compares without telling by its duration how much was right.
func sameSecret(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}
