package proxy

import (
	"time"

	"github.com/nbhosting/nbhosting"
)

// backend is what the proxy keeps of one server while it is in use. Its fields
// but target and record are under the proxy's mu.
type backend struct {
	target   Target
	record   *record // outlives the backend
	turns    turns   // has a lock of its own
	active   int     // requests being served, handshakes of websockets among them
	tunnels  map[*tunnel]struct{}
	idle     []*conn       // to be used again; the one used last is at the end
	sweeper  *time.Timer   // closes idle connections, and forgets a backend out of use
	draining chan struct{} // closed, and replaced, whenever something ends; nil unless Drain was called
}

// admission is what came of asking to be let in.
type admission int

const (
	unknown admission = iota // no such server, or not its secret
	leaving                  // the server is being drained
	entered
)

const (
	idleConns = 64 // kept per server
	idleTime  = time.Minute
)

// enter counts a request in. Every entered one must leave.
func (p *Proxy) enter(id nbhosting.ServerID, secret string) (*backend, admission) {
	target, found := p.targets.Target(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.backends[id]
	if b != nil && b.draining != nil {
		target, found = b.target, true
	}
	switch {
	case !found || !sameSecret(target.Secret, secret):
		return nil, unknown
	case b == nil:
		b = &backend{target: target, record: p.recordOf(id), tunnels: map[*tunnel]struct{}{}}
		b.sweeper = time.AfterFunc(idleTime, func() { p.sweep(b) })
		p.backends[id] = b
	case b.draining != nil:
		return nil, leaving
	}
	b.active++
	b.record.request.Store(int64(p.now()))
	return b, entered
}

func (p *Proxy) leave(b *backend) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.active--
	b.settle()
}

// settle tells, with mu held, a Drain that waits that something of b has ended.
func (b *backend) settle() {
	if b.draining != nil {
		close(b.draining)
		b.draining = make(chan struct{})
	}
}

// sweep closes the connections that have been idle for long, and forgets b when
// nothing is left of it.
func (p *Proxy) sweep(b *backend) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := 0
	for old < len(b.idle) && time.Since(b.idle[old].since) >= idleTime {
		b.idle[old].Close()
		old++
	}
	b.idle = append([]*conn(nil), b.idle[old:]...)
	if b.draining != nil {
		return
	}
	if b.active > 0 || len(b.tunnels) > 0 || len(b.idle) > 0 {
		b.sweeper.Reset(idleTime)
	} else if p.backends[b.target.ID] == b {
		delete(p.backends, b.target.ID)
	}
}
