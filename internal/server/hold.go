package server

import (
	"context"
	"fmt"
	"sync"
)

// hold is where starts wait while none may begin, since the servers are about to
// change hands: one that is half done would be done again by others.
type hold struct {
	mu      sync.Mutex
	held    bool
	closed  bool
	running int
	changed chan struct{} // closed at the next change
}

func newHold() *hold { return &hold{changed: make(chan struct{})} }

// begin waits until a start may begin; end is to be called at its end.
func (h *hold) begin(ctx context.Context) (end func(), err error) {
	for {
		h.mu.Lock()
		held, closed, changed := h.held, h.closed, h.changed
		if !held && !closed {
			h.running++
			h.mu.Unlock()
			return func() { h.change(func() { h.running-- }) }, nil
		}
		h.mu.Unlock()
		if closed {
			return nil, errClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (h *hold) change(how func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	how()
	close(h.changed)
	h.changed = make(chan struct{})
}

// Hold lets no start begin, and returns once none goes on. If ctx ends before, they may again.
func (m *Manager) Hold(ctx context.Context) error {
	m.hold.change(func() { m.hold.held = true })
	for {
		m.hold.mu.Lock()
		running, changed := m.hold.running, m.hold.changed
		m.hold.mu.Unlock()
		if running == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			m.Release()
			return fmt.Errorf("%d servers are starting: %w", running, context.Cause(ctx))
		}
	}
}

// Release lets starts begin again.
func (m *Manager) Release() { m.hold.change(func() { m.hold.held = false }) }
