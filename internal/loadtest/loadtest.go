// Package loadtest plays a class at a site: students who open notebooks, run
// cells, save, and come back. It does what browsers do and knows no more than they:
// the site's public addresses.
//
// It is meant for one's own site: it goes nowhere but to the address that it is given,
// and is bounded in number and time.
package loadtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Progress is how far a load test is.
type Progress struct {
	Came, Inside, Left, GaveUp int
}

// class is all students together.
type class struct {
	came, opened, inside, done, gaveUp, cutOff atomic.Int64
}

func (c *class) progress() Progress {
	return Progress{Came: int(c.came.Load()), Inside: int(c.inside.Load()), Left: int(c.done.Load()), GaveUp: int(c.gaveUp.Load())}
}

// tick is how often the machine is looked at, and progress told.
const tick = time.Second

// Run plays a class, and returns what it saw: also if it is cut off by the end of
// ctx. An error means that there was nothing to play.
func Run(ctx context.Context, plan Plan, tell func(Progress)) (Report, error) {
	if err := plan.Check(); err != nil {
		return Report{}, err
	}
	site, err := plan.site()
	if err != nil {
		return Report{}, err
	}
	var c class
	t := newTally()
	watch := watchMachine(ctx, site)
	bounded, cancel := context.WithTimeout(ctx, plan.Duration)
	defer cancel()
	begun := time.Now()
	watched := make(chan struct{})
	students, stop := context.WithCancel(bounded)
	go func() {
		defer close(watched)
		for sleep(students, tick) {
			watch.look(students, int(c.opened.Load()), int(c.inside.Load()))
			if tell != nil {
				tell(c.progress())
			}
		}
	}()
	play(bounded, plan, func(i int) *student {
		return &student{plan: plan, name: plan.student(i), tally: t, class: &c, browser: newBrowser(site, plan.Referer)}
	}, &c)
	stop()
	<-watched
	r := report(plan, &c, t)
	r.Seconds = time.Since(begun).Seconds()
	r.Machine = watch.end()
	switch {
	case ctx.Err() != nil:
		r.Stopped = "interrupted"
	case errors.Is(bounded.Err(), context.DeadlineExceeded):
		r.Stopped = "time"
	}
	return r, nil
}

// play lets the students come, one after the other, and waits for all of them.
func play(ctx context.Context, plan Plan, make func(i int) *student, c *class) {
	var all sync.WaitGroup
	defer all.Wait()
	begun := time.Now()
	for i := range plan.Students {
		at := begun.Add(plan.Over * time.Duration(i) / time.Duration(plan.Students))
		if !sleep(ctx, time.Until(at)) {
			return
		}
		s := make(i + 1)
		c.came.Add(1)
		all.Go(func() {
			ok := s.visit(ctx)
			switch {
			case ctx.Err() != nil:
				c.cutOff.Add(1)
			case ok:
				c.done.Add(1)
			default:
				c.gaveUp.Add(1)
			}
		})
	}
}
