package loadtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// student is one of the class.
type student struct {
	plan    Plan
	name    nbhosting.Student
	tally   *tally
	class   *class
	browser *browser

	opened int  // notebooks so far
	served bool // has a server, which stays when the student leaves
	launch nbhosting.Launch
	page   *page
	kernel *kernel
	ran    int // cells so far
	code   string
	output string
	leave  func() // ends what the open page does by itself
}

// stopwatch measures the phases of one opening. They count once it has succeeded.
type stopwatch struct {
	whole       string
	begun, last time.Time
	laps        []lap
}

type lap struct {
	name string
	took time.Duration
}

func startWatch(whole string) *stopwatch {
	now := time.Now()
	return &stopwatch{whole: whole, begun: now, last: now}
}

func (w *stopwatch) note(name string, d time.Duration) {
	w.laps = append(w.laps, lap{w.whole + " " + name, d})
}

// lap ends a phase.
func (w *stopwatch) lap(name string) {
	now := time.Now()
	w.note(name, now.Sub(w.last))
	w.last = now
}

func (w *stopwatch) tell(t *tally) {
	t.add(w.whole, w.last.Sub(w.begun))
	for _, l := range w.laps {
		t.add(l.name, l.took)
	}
}

// visit does all that the scenario says; false: the student gave up.
func (s *student) visit(ctx context.Context) bool {
	defer s.browser.close()
	defer s.away()
	for i, step := range s.plan.Steps {
		if i > 0 && !s.think(ctx) {
			return true
		}
		if !s.do(ctx, step) {
			return false
		}
	}
	return true
}

// do does one step; false: there is nothing to go on with.
func (s *student) do(ctx context.Context, step Step) bool {
	switch step.Do {
	case doOpen:
		s.away()
		notebook := s.plan.Notebooks[s.opened%len(s.plan.Notebooks)]
		s.launch = nbhosting.Launch{Course: s.plan.Course, Notebook: notebook, Student: s.name}
		s.opened++
		return s.open(ctx, ofOpen)
	case doReturn:
		s.away()
		return sleep(ctx, step.For) && s.open(ctx, ofReturn)
	case doIdle:
		return s.idle(ctx, step.For)
	}
	for i := range max(1, step.Times) {
		if i > 0 && !s.think(ctx) || !s.act(ctx, step.Do) {
			return false
		}
	}
	return true
}

// open clicks, and goes on until the first cell is answered.
func (s *student) open(ctx context.Context, whole string) bool {
	watch := startWatch(whole)
	phase, err := s.openIn(ctx, watch)
	if err != nil {
		s.tally.fail(ctx, whole+" "+phase, err)
		return false
	}
	watch.tell(s.tally)
	if !s.served {
		s.served = true
		s.class.opened.Add(1)
	}
	s.leave = s.stay(ctx)
	return true
}

func (s *student) openIn(ctx context.Context, watch *stopwatch) (phase string, err error) {
	location, err := s.click(ctx, s.launch, watch)
	if err != nil {
		return "click", err
	}
	if len(watch.laps) == 0 { // it was there at once
		watch.lap(phaseAdmission)
		watch.lap(phaseWait)
	}
	if s.page, err = s.show(ctx, location); err != nil {
		return phasePage, err
	}
	watch.lap(phasePage)
	if s.kernel, err = s.startKernel(ctx, s.page); err != nil {
		return phaseKernel, err
	}
	watch.lap(phaseKernel)
	if err = s.runCell(ctx); err != nil {
		s.kernel.close()
		return phaseCell, err
	}
	watch.lap(phaseCell)
	return "", nil
}

func (s *student) runCell(ctx context.Context) (err error) {
	s.code = s.plan.Cells[s.ran%len(s.plan.Cells)]
	s.ran++
	s.output, err = s.kernel.run(ctx, s.code)
	return err
}

// act runs a cell or saves; false: the page is lost.
func (s *student) act(ctx context.Context, what string) bool {
	if !s.connected(ctx) {
		return false
	}
	name, do := ofCell, s.runCell
	if what == doSave {
		name, do = ofSave, func(ctx context.Context) error { return s.save(ctx, s.page, s.code, s.output) }
	}
	begun := time.Now()
	if err := do(ctx); err != nil {
		s.tally.fail(ctx, name, err)
		return ctx.Err() == nil
	}
	s.tally.add(name, time.Since(begun))
	return true
}

// idle leaves the page open for a while.
func (s *student) idle(ctx context.Context, d time.Duration) bool {
	end := time.Now().Add(d)
	for {
		left := time.NewTimer(time.Until(end))
		select {
		case <-ctx.Done():
			left.Stop()
			return false
		case <-left.C:
			return true
		case <-s.kernel.closed:
			left.Stop()
			if !s.connected(ctx) {
				return false
			}
		}
	}
}

const reconnectTries = 7 // as many as JupyterLab makes

// connected connects to the same kernel again if the websocket was closed, or the
// kernel was started anew.
func (s *student) connected(ctx context.Context) bool {
	select {
	case <-s.kernel.closed:
	default:
		return true
	}
	if errors.Is(s.kernel.cause, errDied) {
		s.tally.fail(ctx, "kernel", problem{"died", s.kernel.cause})
	} else {
		s.tally.fail(ctx, "websocket", problem{"closed", s.kernel.cause})
	}
	begun := time.Now()
	for try := 1; ; try++ {
		k, err := s.connect(ctx, s.page, s.kernel.id)
		if err == nil {
			s.kernel = k
			s.tally.add(ofReconnect, time.Since(begun))
			return true
		}
		if try == reconnectTries {
			s.tally.fail(ctx, ofReconnect, err)
			return false
		}
		if !sleep(ctx, time.Duration(try)*time.Second) {
			return false
		}
	}
}

// away closes the page that is open.
func (s *student) away() {
	if s.leave != nil {
		s.leave()
		s.leave = nil
	}
}

// How often open pages ask how things are: ours, and Jupyter's.
const (
	ownPeriod     = 15 * time.Second
	jupyterPeriod = 10 * time.Second
)

// stay does what an open page does by itself, until the function that it returns is called.
func (s *student) stay(ctx context.Context) (leave func()) {
	s.class.inside.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	var polls sync.WaitGroup
	p := s.page
	ask := map[*url.URL]time.Duration{p.at("api/kernels"): jupyterPeriod, p.at("api/sessions"): jupyterPeriod}
	if p.own {
		state := p.at(nbhosting.OwnSegment + "/state")
		state.RawQuery = url.Values{"notebook": {p.notebook}}.Encode()
		ask[state] = ownPeriod
	}
	for to, period := range ask {
		polls.Go(func() { s.poll(ctx, to, period) })
	}
	return func() {
		cancel()
		polls.Wait()
		s.kernel.close()
		s.class.inside.Add(-1)
	}
}

func (s *student) poll(ctx context.Context, to *url.URL, period time.Duration) {
	for sleep(ctx, period) {
		begun := time.Now()
		if err := s.browser.call(ctx, http.MethodGet, to, nil, nil); err != nil {
			s.tally.fail(ctx, ofPoll, err)
			continue
		}
		s.tally.add(ofPoll, time.Since(begun))
	}
}

// think waits for half to one and a half of the time that students think.
func (s *student) think(ctx context.Context) bool {
	if s.plan.Think == 0 {
		return ctx.Err() == nil
	}
	return sleep(ctx, s.plan.Think/2+rand.N(s.plan.Think))
}

// sleep returns false when there is no time left.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
