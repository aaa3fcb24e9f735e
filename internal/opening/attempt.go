package opening

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Attempt is one opening under way or ended, which pages can follow. Its ID is
// the right to follow it, and to try again.
type Attempt struct {
	ID     string
	Launch nbhosting.Launch

	mu      sync.Mutex
	status  Status
	changed chan struct{} // closed at the next change
}

// Status is what an attempt has come to.
type Status struct {
	Step     Step
	Wait     Wait
	Done     bool
	Location string // URL path of the notebook, once it is done well
	Err      error  // once it has failed
}

// Slow tells whether an attempt will take a while, or has ended: until then, it
// is not worth telling a person that they wait.
func (s Status) Slow() bool { return s.Done || s.Step > StepServer }

// Status returns the present status, and a channel that is closed when it changes.
func (a *Attempt) Status() (Status, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status, a.changed
}

// Await returns the status once enough holds for it, or ctx ends.
func (a *Attempt) Await(ctx context.Context, enough func(Status) bool) (Status, error) {
	for {
		status, changed := a.Status()
		if enough(status) {
			return status, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return status, ctx.Err()
		}
	}
}

func (a *Attempt) set(status Status) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !status.Done && status.Step == a.status.Step && status.Wait == a.status.Wait {
		return
	}
	a.status = status
	close(a.changed)
	a.changed = make(chan struct{})
}

// Attempts are the openings under way, and those that ended a short while ago.
type Attempts struct {
	opener *Opener
	keep   time.Duration // an attempt that has ended

	moved chan struct{} // closed once they go on in another program

	mu  sync.Mutex
	all map[string]*Attempt
}

// NewAttempts returns an empty set of attempts.
func NewAttempts(o *Opener) *Attempts {
	return &Attempts{opener: o, keep: 10 * time.Minute, all: map[string]*Attempt{}, moved: make(chan struct{})}
}

// Begin starts to open a notebook. The attempt goes on when ctx is cancelled:
// whoever comes back soon finds the notebook open.
func (as *Attempts) Begin(ctx context.Context, launch nbhosting.Launch) *Attempt {
	return as.begin(ctx, strings.ToLower(rand.Text()), launch)
}

func (as *Attempts) begin(ctx context.Context, id string, launch nbhosting.Launch) *Attempt {
	a := as.add(id, launch)
	go as.run(context.WithoutCancel(ctx), a)
	return a
}

func (as *Attempts) add(id string, launch nbhosting.Launch) *Attempt {
	a := &Attempt{ID: id, Launch: launch, changed: make(chan struct{})}
	as.mu.Lock()
	as.all[a.ID] = a
	as.mu.Unlock()
	return a
}

// Find returns the attempt of that id, if there is one.
func (as *Attempts) Find(id string) (*Attempt, bool) {
	as.mu.Lock()
	defer as.mu.Unlock()
	a, ok := as.all[id]
	return a, ok
}

// Settle waits until the attempts that are under way have ended, or ctx has.
func (as *Attempts) Settle(ctx context.Context) {
	as.mu.Lock()
	all := slices.Collect(maps.Values(as.all))
	as.mu.Unlock()
	for _, a := range all {
		_, _ = a.Await(ctx, func(s Status) bool { return s.Done })
	}
}

func (as *Attempts) run(ctx context.Context, a *Attempt) {
	begun, watch := time.Now(), newWatch()
	opened, err := as.opener.Open(ctx, a.Launch, func(s Step, w Wait) {
		watch.begin(s)
		a.set(Status{Step: s, Wait: w})
	})
	if as.opener.Ended != nil {
		as.opener.Ended(watch.end(opened, err))
	}
	log := as.opener.Logger.With("course", a.Launch.Course, "student", a.Launch.Student, "notebook", a.Launch.Notebook, "front_end", a.Launch.FrontEnd, "took", time.Since(begun))
	if err != nil {
		log.Warn("opening failed", "kind", nbhosting.KindOf(err).String(), "err", err)
		step, _ := a.Status()
		a.set(Status{Step: step.Step, Done: true, Err: err})
	} else {
		log.Info("opened")
		a.set(Status{Step: StepDone, Done: true, Location: opened.Location})
	}
	as.forget(a)
}

// forget forgets an attempt that has ended, when nobody asks for it any more.
func (as *Attempts) forget(a *Attempt) {
	time.AfterFunc(as.keep, func() {
		as.mu.Lock()
		defer as.mu.Unlock()
		delete(as.all, a.ID)
	})
}
