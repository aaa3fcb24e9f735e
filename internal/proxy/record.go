package proxy

import (
	"sync/atomic"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Activity tells what was done with a server, as far as it passed here. Times are
// zero for what never happened.
//
// What counts is what a person does: cells that are run, answers to programs,
// messages to widgets, what is typed in terminals, files that are saved, renamed,
// deleted or made, pages that are loaded. What a page does on its own does not,
// or one that was left open would keep its server for ever: it polls (kernels, sessions,
// terminals, contents), keeps websockets alive, asks kernels for their state,
// for completions, hints, history and debugger, makes checkpoints, stores its layout.
//
// Two things can be either. A page with widgets asks their kernel for them when it
// connects, with a message to a widget. And pages save by themselves, but only what
// has changed: by a person, or by the output of a cell that runs on and on. Who
// doubts that somebody is there looks at LastInput.
type Activity struct {
	Since time.Time // the first that was heard of the server: what began before is not known

	LastActive  time.Time // LastInput or LastSave, or Since if there was none
	LastInput   time.Time // a person did something, other than to save
	LastSave    time.Time
	LastRequest time.Time // of any kind

	Executes, Saves uint64
	Requests        int // under way
	Websockets      int // open
}

// record is what is kept of a server's activity from the first that is heard of
// it until it is drained. Times are since the proxy began, so that changes of the
// clock do not touch them; 0 stands for never.
type record struct {
	since                time.Duration
	input, save, request atomic.Int64
	executes, saves      atomic.Uint64
}

// now returns the time since the proxy began. It is never 0.
func (p *Proxy) now() time.Duration { return max(time.Since(p.began), 1) }

// recordOf returns the record of a server, with mu held.
func (p *Proxy) recordOf(id nbhosting.ServerID) *record {
	r := p.records[id]
	if r == nil {
		r = &record{since: p.now()}
		p.records[id] = r
	}
	return r
}

// Activity tells of the activity of a server that Targets knows. Being asked for
// counts as hearing of it: who adopts servers asks at once.
func (p *Proxy) Activity(id nbhosting.ServerID) (Activity, bool) {
	_, found := p.targets.Target(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.backends[id]
	if !found && b == nil {
		return Activity{}, false
	}
	r := p.recordOf(id)
	a := Activity{
		Since: p.began.Add(r.since), LastInput: p.timeOf(&r.input), LastSave: p.timeOf(&r.save), LastRequest: p.timeOf(&r.request),
		Executes: r.executes.Load(), Saves: r.saves.Load(),
	}
	a.LastActive = latest(a.Since, a.LastInput, a.LastSave)
	if b != nil {
		a.Requests, a.Websockets = b.active, len(b.tunnels)
	}
	return a, true
}

func (p *Proxy) timeOf(at *atomic.Int64) time.Time {
	since := at.Load()
	if since == 0 {
		return time.Time{}
	}
	return p.began.Add(time.Duration(since))
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// noteInput notes that a person did something.
func (p *Proxy) noteInput(r *record) { r.input.Store(int64(p.now())) }

func (p *Proxy) noteSave(r *record) {
	r.save.Store(int64(p.now()))
	r.saves.Add(1)
	p.counters.saves.Add(1)
}

// noteMessage notes what a message over a websocket means.
func (p *Proxy) noteMessage(r *record, word string) {
	switch word {
	case "execute_request":
		r.executes.Add(1)
		p.counters.executes.Add(1)
		p.noteInput(r)
	case "input_reply", "comm_msg", "stdin":
		p.noteInput(r)
	}
}
