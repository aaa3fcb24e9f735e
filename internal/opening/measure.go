package opening

import "time"

// Measured tells how an attempt ended, and how long it was at each step that took any time.
type Measured struct {
	Err     error
	Started bool // a server was started for it
	Took    time.Duration
	Steps   map[Step]time.Duration
}

// stopwatch measures the steps of one attempt.
type stopwatch struct {
	begun, since time.Time
	step         Step
	any          bool // step has begun
	steps        map[Step]time.Duration
}

func newWatch() *stopwatch {
	now := time.Now()
	return &stopwatch{begun: now, since: now, steps: map[Step]time.Duration{}}
}

// begin ends the step before and begins one, which may be that same one.
func (w *stopwatch) begin(s Step) {
	now := time.Now()
	if w.any {
		w.steps[w.step] += now.Sub(w.since)
	}
	w.step, w.since, w.any = s, now, true
}

func (w *stopwatch) end(opened Opened, err error) Measured {
	w.begin(StepDone)
	return Measured{Err: err, Started: opened.Started, Took: w.since.Sub(w.begun), Steps: w.steps}
}
