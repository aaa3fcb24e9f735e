package server

import (
	"cmp"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// entry is what is known of one workspace's server, over all its starts.
type entry struct {
	life sync.Mutex // held while a server starts or stops: one at a time

	mu       sync.Mutex
	current  nbhosting.Server
	ending   Ending // of the server before, or of the current one if it has ended
	progress Progress
	changed  chan struct{} // closed at the next change of progress
}

func newEntry(key nbhosting.Key) *entry {
	return &entry{current: nbhosting.Server{Key: key}, changed: make(chan struct{})}
}

func (e *entry) server() nbhosting.Server {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current
}

func (e *entry) set(s nbhosting.Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.current = s
}

func (e *entry) end(ending Ending) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ending = ending
}

func (e *entry) tell(p Progress) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p == e.progress {
		return
	}
	e.progress = p
	close(e.changed)
	e.changed = make(chan struct{})
}

// progressNow returns the progress and a channel that is closed when it changes.
func (e *entry) progressNow() (Progress, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.progress, e.changed
}

func cmpKeys(a, b nbhosting.Key) int {
	return cmp.Or(cmp.Compare(a.Course, b.Course), cmp.Compare(a.Student, b.Student))
}
