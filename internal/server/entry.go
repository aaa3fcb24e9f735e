package server

import (
	"cmp"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// Stage is what the start of a server is at, for people who wait.
type Stage int

const (
	StageNone    Stage = iota
	StageRuntime       // the container or process is being made
	StageJupyter       // Jupyter is coming up in it
)

// entry is what is known of one workspace's server, over all its starts.
type entry struct {
	life sync.Mutex // held while a server starts or stops: one at a time

	mu      sync.Mutex
	current nbhosting.Server
	ending  Ending // of the server before, or of the current one if it has ended
	stage   Stage
	changed chan struct{} // closed at the next change of stage
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

func (e *entry) setStage(s Stage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stage = s
	close(e.changed)
	e.changed = make(chan struct{})
}

// stageNow returns the stage and a channel that is closed when it changes.
func (e *entry) stageNow() (Stage, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stage, e.changed
}

func cmpKeys(a, b nbhosting.Key) int {
	return cmp.Or(cmp.Compare(a.Course, b.Course), cmp.Compare(a.Student, b.Student))
}
