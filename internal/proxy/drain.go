package proxy

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// closingGrace is how long the last frame of a websocket may take to be sent.
const closingGrace = 2 * time.Second

// Drain lets nothing new in to a server, waits until its plain requests have
// ended or ctx is done, then closes its websockets and idle connections and
// forgets it. Call it before a server is stopped, and after one has ended on its
// own; by the time it returns, Targets should not know the server any more.
func (p *Proxy) Drain(ctx context.Context, id nbhosting.ServerID) {
	p.mu.Lock()
	b := p.backends[id]
	if b == nil || b.draining != nil {
		if b == nil {
			delete(p.records, id)
		}
		p.mu.Unlock()
		return
	}
	b.draining = make(chan struct{})
	p.mu.Unlock()

	p.await(ctx, b, func() bool { return b.active == 0 })

	p.mu.Lock()
	for t := range b.tunnels {
		t.goAway()
	}
	for _, c := range b.idle {
		c.Close()
	}
	b.idle = nil
	p.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingGrace)
	defer cancel()
	p.await(ctx, b, func() bool { return len(b.tunnels) == 0 })

	p.mu.Lock()
	b.sweeper.Stop()
	delete(p.backends, id)
	delete(p.records, id)
	p.mu.Unlock()
}

// await waits until done, which is called with mu held, or ctx ends.
func (p *Proxy) await(ctx context.Context, b *backend, done func() bool) {
	for {
		p.mu.Lock()
		ended, changed := done(), b.draining
		p.mu.Unlock()
		if ended {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
