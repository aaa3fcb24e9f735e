package opening

import (
	"context"

	"github.com/nbhosting/nbhosting"
)

// Moved is an attempt that goes on in another program, under the same id.
type Moved struct {
	ID      string
	Launch  nbhosting.Launch
	Failed  string // why it has failed; empty: it is to be made again
	Located string // where it has led; empty: nowhere yet
	Kind    string // of the failure
}

// Leave returns the attempts that there are. Those under way have nothing to tell from
// now on: whoever follows one is to ask the other program, where it begins anew.
// What it has done already is then found done.
func (as *Attempts) Leave() []Moved {
	as.mu.Lock()
	defer as.mu.Unlock()
	close(as.moved)
	all := make([]Moved, 0, len(as.all))
	for _, a := range as.all {
		m := Moved{ID: a.ID, Launch: a.Launch}
		status, _ := a.Status()
		if status.Err != nil {
			m.Failed, m.Kind = nbhosting.MessageOf(status.Err), nbhosting.KindOf(status.Err).String()
		}
		m.Located = status.Location
		all = append(all, m)
	}
	return all
}

// HaveLeft is closed once Leave was called.
func (as *Attempts) HaveLeft() <-chan struct{} { return as.moved }

// Here returns a context that ends with ctx, or when the attempts leave.
func (as *Attempts) Here(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-as.moved:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Arrive makes the attempts that another program has left go on here.
func (as *Attempts) Arrive(ctx context.Context, all []Moved) {
	for _, m := range all {
		switch {
		case m.Failed != "":
			as.end(m, Status{Done: true, Err: nbhosting.Errorf(nbhosting.KindNamed(m.Kind), "%s", m.Failed)})
		case m.Located != "":
			as.end(m, Status{Step: StepDone, Done: true, Location: m.Located})
		default:
			as.begin(ctx, m.ID, m.Launch)
		}
	}
}

// end adds an attempt that has ended.
func (as *Attempts) end(m Moved, status Status) {
	a := as.add(m.ID, m.Launch)
	a.set(status)
	as.forget(a)
}
