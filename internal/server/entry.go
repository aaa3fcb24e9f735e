package server

import (
	"cmp"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// entry is what is known of one workspace's server, over all its starts.
type entry struct {
	life sync.Mutex // held while a server starts or stops: one at a time

	mu       sync.Mutex
	current  nbhosting.Server
	ending   Ending    // of the server before, or of the current one if it has ended
	opened   time.Time // when somebody was last led to the current server; zero: not since it started
	claimed  bool      // the current server is about to be stopped
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
	if e.current.ID != s.ID || e.current.State != nbhosting.Ready {
		e.opened = time.Time{}
	}
	e.claimed = false
	e.current = s
}

// open returns the server for somebody who is to be led to it if it is ready: from now on
// it is in use, though nothing was asked of it yet.
func (e *entry) open() nbhosting.Server {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.current
	if e.claimed {
		s.State = nbhosting.Stopping
	} else if s.State == nbhosting.Ready {
		e.opened = time.Now()
	}
	return s
}

// claim marks that very server, if it is ready, as one that is stopped for a reason;
// false, if it must not be: somebody was led to it who may not have arrived yet.
// Whoever opens it from now on gets another.
func (e *entry) claim(id nbhosting.ServerID, why Reason, arrival time.Duration) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current.ID != id || e.current.State != nbhosting.Ready {
		return false
	}
	unused := why == Idle || why == Outdated || why == Room
	if unused && !e.opened.IsZero() && time.Since(e.opened) < arrival {
		return false
	}
	e.claimed = true
	return true
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

// forgetOpened says that nobody was led to the server: it was only looked at.
func (e *entry) forgetOpened() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opened = time.Time{}
}
