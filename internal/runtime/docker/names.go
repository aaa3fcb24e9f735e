package docker

import (
	"context"
	"sync"
)

// names are those of instances that a call is about to change: one call at a time each.
type names struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the name is free again
}

// lock waits until name is free, takes it, and returns what frees it.
func (n *names) lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		free, mine := n.take(name)
		if mine {
			return func() { n.free(name, free) }, nil
		}
		select {
		case <-free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take returns the channel of whoever holds name, and whether that is the caller now.
func (n *names) take(name string) (free chan struct{}, mine bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if free, held := n.held[name]; held {
		return free, false
	}
	if n.held == nil {
		n.held = make(map[string]chan struct{})
	}
	free = make(chan struct{})
	n.held[name] = free
	return free, true
}

func (n *names) free(name string, free chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.held, name)
	close(free)
}

// isHeld tells whether a call is changing the instance of that name.
func (n *names) isHeld(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, held := n.held[name]
	return held
}
