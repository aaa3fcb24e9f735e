package proxy

import (
	"context"
	"sync"
	"time"
)

// turns has those who change one file come one after the other: what a save has
// written is looked at before the next one, from another window, writes over it.
type turns struct {
	mu sync.Mutex
	of map[string]chan struct{} // whose turn it is, by file; closed when it is over
}

// maxTurn is how long one waits at most. Who uploads slowly keeps nobody from saving.
const maxTurn = 5 * time.Second

// take waits for a turn, and returns what ends it, which may be called again.
func (t *turns) take(ctx context.Context, file string) (end func()) {
	ctx, cancel := context.WithTimeout(ctx, maxTurn)
	defer cancel()
	for {
		t.mu.Lock()
		before, taken := t.of[file]
		if !taken {
			break
		}
		t.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return func() {}
		}
	}
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[string]chan struct{}{}
	}
	mine := make(chan struct{})
	t.of[file] = mine
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.of, file)
		close(mine)
	})
}

// turn waits until nothing else is done to the file that the request is about.
func (x *exchange) turn() (end func()) {
	if x.p.watcher == nil || x.deed.file == "" {
		return func() {}
	}
	return x.b.turns.take(x.r.Context(), x.deed.file)
}
