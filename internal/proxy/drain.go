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
		t.goAway(goingAway)
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

// restartPace is how many websockets are ended at once, and restartPause how long
// it takes until the next ones are: their pages come back all together.
const (
	restartPace  = 50
	restartPause = 20 * time.Millisecond
)

// Restart ends all websockets, with the word that the service restarts, and cuts
// those that begin later: the pages that have them open come back, to another Proxy. Plain requests
// go on, and what clients have sent before they hear of it still reaches the
// kernels. It returns once the websockets have ended, or ctx has.
func (p *Proxy) Restart(ctx context.Context) {
	p.mu.Lock()
	p.restarting = true
	var all []*tunnel
	for _, b := range p.backends {
		for t := range b.tunnels {
			all = append(all, t)
		}
	}
	p.mu.Unlock()
	for i, t := range all {
		t.attentive.Store(t.up != nil)
		t.goAway(serviceRestart)
		if (i+1)%restartPace == 0 && !pause(ctx, restartPause) {
			return
		}
	}
	for p.websockets() > 0 && pause(ctx, restartPause) {
	}
}

// pause returns false if ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// websockets is how many there are.
func (p *Proxy) websockets() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.backends {
		n += len(b.tunnels)
	}
	return n
}
