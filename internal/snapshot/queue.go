package snapshot

import (
	"context"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// queue lets a few render at a time, and each student one notebook.
type queue struct {
	places   chan struct{}
	patience time.Duration

	mu   sync.Mutex
	busy map[nbhosting.Student]bool // who renders or waits
}

func newQueue(places int, patience time.Duration) *queue {
	return &queue{places: make(chan struct{}, places), patience: patience, busy: map[nbhosting.Student]bool{}}
}

// enter waits for a place. Who has one, or waits for one, is told so.
func (q *queue) enter(ctx context.Context, student nbhosting.Student) (leave func(), err error) {
	if !q.begin(student) {
		return nil, nbhosting.Errorf(nbhosting.Conflict, "One of your notebooks is being shared at this moment. Try again once that has ended.")
	}
	if err := q.await(ctx); err != nil {
		q.end(student)
		return nil, err
	}
	return func() {
		<-q.places
		q.end(student)
	}, nil
}

func (q *queue) begin(student nbhosting.Student) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy[student] {
		return false
	}
	q.busy[student] = true
	return true
}

func (q *queue) end(student nbhosting.Student) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.busy, student)
}

func (q *queue) await(ctx context.Context) error {
	enough := time.NewTimer(q.patience)
	defer enough.Stop()
	select {
	case q.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return nbhosting.Because(context.Cause(ctx), nbhosting.Unavailable, "The notebook was not shared: nobody waited for it.")
	case <-enough.C:
		return nbhosting.Errorf(nbhosting.Unavailable, "Many notebooks are being shared at this moment. Try again in a minute.")
	}
}
