package server

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// queue lets so many starts go on at a time, the others in the order in which they
// came; but a student's second one comes after everybody's first, and takes its place
// behind them once the student's first has ended.
type queue struct {
	limit    int
	patience time.Duration // how long one waits at most

	mu      sync.Mutex
	running map[nbhosting.Student]int
	count   int       // of those that run
	waiting []*ticket // in the order in which they came, or were promoted
	took    time.Duration
	closed  bool
}

// ticket is a start that waits.
type ticket struct {
	student nbhosting.Student
	rank    int // how many of the same student's are before it
	tell    func(Progress)
	turn    chan struct{} // closed when it may begin
	refused bool          // it may not: the queue was closed
}

// firstGuess is how long a start takes, for all that is known before the first one.
const firstGuess = 5 * time.Second

func newQueue(limit int, patience time.Duration) *queue {
	return &queue{limit: limit, patience: patience, running: map[nbhosting.Student]int{}, took: firstGuess}
}

var errClosed = nbhosting.Errorf(nbhosting.Unavailable, "This site is being restarted. Try again in a minute.")

// enter returns when a student's start may begin; leave is to be called at its
// end. tell is told the place in the queue, each time it changes.
func (q *queue) enter(ctx context.Context, student nbhosting.Student, tell func(Progress)) (leave func(), err error) {
	t := &ticket{student: student, tell: tell, turn: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return nil, errClosed
	}
	t.rank = q.running[student]
	for _, other := range q.waiting {
		if other.student == student {
			t.rank++
		}
	}
	q.waiting = append(q.waiting, t)
	q.advance()
	q.mu.Unlock()
	over := time.NewTimer(q.patience)
	defer over.Stop()
	select {
	case <-t.turn:
	case <-over.C:
		err = nbhosting.Errorf(nbhosting.Timeout, "Many notebooks are being opened at the moment, and the turn of yours has not come within %s. Try again.", q.patience)
	case <-ctx.Done():
		err = ctx.Err()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, t); i >= 0 { // its turn has not come, whatever ended the wait
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.promote(student, t.rank)
		q.advance()
		return nil, err
	}
	if t.refused {
		return nil, errClosed
	}
	return q.leaver(student, time.Now()), nil
}

func (q *queue) leaver(student nbhosting.Student, begun time.Time) func() {
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.took += (time.Since(begun) - q.took) / 8 // an average that forgets
		q.count--
		if q.running[student]--; q.running[student] == 0 {
			delete(q.running, student)
		}
		q.promote(student, 0)
		q.advance()
	})
}

// promote moves those of a student's up that come after a rank, since one of theirs
// has gone: or new students who keep coming would have them wait for ever. They begin after
// all who wait with their new rank. With mu held.
func (q *queue) promote(student nbhosting.Student, rank int) {
	var moved, others []*ticket
	for _, t := range q.waiting {
		if t.student == student && t.rank > rank {
			t.rank--
			moved = append(moved, t)
		} else {
			others = append(others, t)
		}
	}
	q.waiting = append(others, moved...)
}

// advance lets those begin whose turn it is, and tells the others their places. With mu held.
func (q *queue) advance() {
	order := q.order()
	for len(order) > 0 && q.count < q.limit {
		next := order[0]
		q.waiting = slices.DeleteFunc(q.waiting, func(t *ticket) bool { return t == next })
		q.count++
		q.running[next.student]++
		close(next.turn)
		order = q.order()
	}
	for i, t := range order {
		rounds := (i + q.limit) / q.limit
		t.tell(Progress{Stage: StageQueue, Place: i + 1, Left: time.Duration(rounds) * q.took})
	}
}

// order returns those that wait as they will begin.
func (q *queue) order() []*ticket {
	order := slices.Clone(q.waiting)
	slices.SortStableFunc(order, func(a, b *ticket) int { return cmp.Compare(a.rank, b.rank) })
	return order
}

// close refuses all that wait, and whoever comes.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, t := range q.waiting {
		t.refused = true
		close(t.turn)
	}
	q.waiting = nil
}

// Starts tells how many starts wait for their turn, and how many go on.
func (m *Manager) Starts() (waiting, running int) {
	m.queue.mu.Lock()
	defer m.queue.mu.Unlock()
	return len(m.queue.waiting), m.queue.count
}
