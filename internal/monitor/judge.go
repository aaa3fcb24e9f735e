package monitor

import (
	"time"

	"github.com/nbhosting/nbhosting/internal/server"
)

// Rules are the durations that the monitor goes by.
type Rules struct {
	Period    time.Duration // between two looks
	Idle      time.Duration // a server that nobody uses for so long is stopped; 0: never
	Lingering time.Duration // a server of this age is stopped, whatever it does; 0: never
	Grace     time.Duration // a server that does not answer, or is paused, for so long is stopped
	Busy      time.Duration // how long work without its student counts as use
	KeepGoing time.Duration // how much time a student can ask for at a time, at most
	Spare     time.Duration // a server that nobody uses for so long makes room for others, if there is none
	Counts    time.Duration // between two lines of counts.raw; 0: none are written
}

// Outlook is what will become of a server if nothing more happens to it.
type Outlook struct {
	IdleAt    time.Time     // it is stopped then for want of use; zero: never
	StopAt    time.Time     // it is stopped then, for whatever comes first; zero: never
	Why       server.Reason // for which it is; empty: StopAt is zero
	ActiveAt  time.Time     // its last use, of whatever kind
	BusySince time.Time     // since when a kernel works; zero: none does
	KeepUntil time.Time     // until when its student asked to keep it; zero or past: did not
	MayKeep   time.Duration // what KeepGoing grants now; 0: asking changes nothing
}

// judge tells what will become of a server that is watched, by what the proxy saw of it.
func (r Rules) judge(w *watched, a Activity, now time.Time) Outlook {
	person := latest(w.first, a.LastInput, w.kept)
	work := earliest(latest(w.worked, a.LastSave), person.Add(r.Busy))
	o := Outlook{ActiveAt: latest(person, work), BusySince: w.busy, KeepUntil: w.keepUntil}
	if r.Idle > 0 {
		o.IdleAt = latest(r.idleAt(w, o.ActiveAt, person), w.keepUntil)
		o.stop(o.IdleAt, server.Idle)
		if w.outdated && w.busy.IsZero() {
			o.stop(latest(o.ActiveAt.Add(r.Idle/outdatedPart), w.keepUntil), server.Outdated)
		}
	}
	if r.Lingering > 0 {
		o.stop(w.first.Add(r.Lingering-w.age), server.Lingering)
	}
	if !w.silent.IsZero() {
		o.stop(w.silent.Add(r.Grace), server.Unreachable)
	}
	if !w.paused.IsZero() {
		o.stop(w.paused.Add(r.Grace), server.Paused)
	}
	if o.Why == server.Idle || o.Why == server.Outdated {
		o.MayKeep = r.KeepGoing
		if r.Lingering > 0 {
			o.MayKeep = max(0, min(o.MayKeep, w.first.Add(r.Lingering-w.age).Sub(now)))
		}
	}
	return o
}

// outdatedPart is the part of Idle after which a server of an image that was built anew is stopped.
const outdatedPart = 4

// idleAt tells when a server has not been used for long enough. A kernel that
// says that it is busy while nothing uses the processor may wait for something, or may have
// crashed: it is believed for as long again.
func (r Rules) idleAt(w *watched, active, person time.Time) time.Time {
	at := active.Add(r.Idle)
	if w.busy.IsZero() {
		return at
	}
	return latest(at, earliest(at.Add(r.Idle), person.Add(r.Busy+r.Idle)))
}

// spare tells whether a server can make room for another: nobody uses it, nothing works in it.
func (r Rules) spareAt(w *watched, o Outlook) time.Time {
	return latest(o.ActiveAt.Add(r.Spare), w.keepUntil)
}

// stop notes that the server is stopped at a time, if nothing stops it before.
func (o *Outlook) stop(at time.Time, why server.Reason) {
	if o.StopAt.IsZero() || at.Before(o.StopAt) {
		o.StopAt, o.Why = at, why
	}
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
