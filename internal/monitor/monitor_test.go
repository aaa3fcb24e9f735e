package monitor_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/server"
)

func inRoom(t *testing.T, test func(t *testing.T, r *room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRoom(t)) })
}

func TestAnIdleServerIsStopped(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.add("ada")
		r.run()
		r.wantEnd("ada", server.Idle, rules.Idle)
	})
}

// A page that is open asks for news all the time.
func TestAnOpenPageIsNoUse(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.every(3*time.Second, func() { s.activity.LastRequest, s.activity.Websockets = time.Now(), 2 })
		r.wantEnd("ada", server.Idle, rules.Idle)
	})
}

func TestWhoWorksIsLetWork(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		m := r.run()
		for range 20 {
			time.Sleep(50 * time.Minute)
			r.change(func() { s.activity.LastInput = time.Now() })
			r.wantRunning("ada")
		}
		last := time.Now()
		if o, ok := m.Outlook(s.ID); !ok || !o.IdleAt.Equal(last.Add(rules.Idle)) || o.Why != server.Idle || o.MayKeep != rules.KeepGoing {
			t.Errorf("outlook %+v, want to be idle at %v", o, last.Add(rules.Idle))
		}
		r.wantEnd("ada", server.Idle, time.Since(s.StartedAt)+rules.Idle)
	})
}

// Whatever it does.
func TestAServerDoesNotGrowOlderThanItMay(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		m := r.run()
		r.every(time.Minute, func() { s.activity.LastInput = time.Now() })
		time.Sleep(23*time.Hour + 30*time.Minute)
		m.KeepGoing(s.ID, time.Hour)
		if o, _ := m.Outlook(s.ID); o.Why != server.Lingering || o.MayKeep != 0 {
			t.Errorf("outlook %+v, want lingering, about which nothing can be done", o)
		}
		r.wantEnd("ada", server.Lingering, rules.Lingering)
	})
}

// What ran when the program was started again keeps its age.
func TestAnAdoptedServerHasItsAge(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.rules.Idle = 0
		s := r.add("ada")
		time.Sleep(20 * time.Hour)
		if len(r.ended) > 0 {
			t.Fatal(r.ended)
		}
		r.run()
		time.Sleep(3 * time.Hour)
		r.wantRunning(s.Key.Student)
		r.wantEnd("ada", server.Lingering, rules.Lingering)
	})
}

// A computation goes on when its student has gone, to a bound.
func TestWorkCountsForAWhile(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.change(func() { s.work(1); s.kernels = []jupyter.Kernel{{State: "busy"}} })
		r.wantEnd("ada", server.Idle, rules.Busy+rules.Idle)
	})
}

func TestWorkEnds(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.change(func() { s.work(0.3) })
		time.Sleep(3 * time.Hour)
		r.change(func() { s.work(0.002) })
		r.wantEnd("ada", server.Idle, 3*time.Hour+rules.Idle)
	})
}

// A kernel that crashed says for ever that it is busy.
func TestABusyKernelThatDoesNothingIsNotBelievedForEver(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.change(func() { s.kernels = []jupyter.Kernel{{State: "idle"}, {State: "busy"}} })
		r.wantEnd("ada", server.Idle, 2*rules.Idle)
	})
}

// A widget, or a cell that prints on and on, makes its page save on and on.
func TestSavesCountLikeWork(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.every(20*time.Second, func() { s.activity.LastSave = time.Now() })
		r.wantEnd("ada", server.Idle, rules.Busy+rules.Idle)
	})
}

func TestASilentServerIsStopped(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		time.Sleep(10*time.Minute + time.Second)
		r.change(func() { s.silent = true; s.activity.LastInput = time.Now() })
		r.wantEnd("ada", server.Unreachable, 10*time.Minute+rules.Grace)
	})
}

func TestAServerThatAnswersAgainGoesOn(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		for range 10 {
			r.change(func() { s.silent = true })
			time.Sleep(90 * time.Second)
			r.change(func() { s.silent = false })
			time.Sleep(90 * time.Second)
		}
		r.wantRunning("ada")
	})
}

func TestAPausedServerIsStopped(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.change(func() { s.paused, s.silent = true, true })
		r.wantEnd("ada", server.Paused, rules.Grace)
	})
}

// Its student gets the new image at the next click, but is not thrown out for it.
func TestAServerOfAnOldImageIsStoppedSooner(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		used, busy := r.add("ada"), r.add("bob")
		r.run()
		r.change(func() {
			r.images["i"] = "id-2"
			busy.kernels = []jupyter.Kernel{{State: "busy"}}
		})
		for range 4 {
			time.Sleep(10 * time.Minute)
			r.change(func() { used.activity.LastInput = time.Now() })
		}
		r.wantRunning("ada")
		r.wantEnd("ada", server.Outdated, 40*time.Minute+rules.Idle/4)
		r.wantRunning("bob")
	})
}

func TestAnImageThatIsNotThereIsNotANewOne(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.add("ada")
		r.run()
		r.change(func() { delete(r.images, "i") })
		r.wantEnd("ada", server.Idle, rules.Idle)
	})
}

// An engine that does not answer tells nothing about servers.
func TestAnEngineThatHangsIsNobodysFault(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		r.run()
		r.change(func() { r.engine, s.silent = errors.New("no answer"), false })
		time.Sleep(30 * time.Minute)
		r.change(func() { r.engine = nil })
		time.Sleep(10 * time.Minute)
		r.wantRunning("ada")
		r.wantEnd("ada", server.Idle, rules.Idle)
	})
}

func TestKeepGoing(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		s := r.add("ada")
		m := r.run()
		time.Sleep(50 * time.Minute)
		until, ok := m.KeepGoing(s.ID, 90*time.Minute)
		if want := time.Now().Add(90 * time.Minute); !ok || !until.Equal(want) {
			t.Errorf("got %v, %t, want %v", until, ok, want)
		}
		if o, _ := m.Outlook(s.ID); !o.StopAt.Equal(until) || !o.KeepUntil.Equal(until) {
			t.Errorf("outlook %+v, want to be stopped at %v", o, until)
		}
		if later, _ := m.KeepGoing(s.ID, time.Minute); !later.Equal(until) {
			t.Errorf("asking for less gave %v, want %v as before", later, until)
		}
		if most, _ := m.KeepGoing(s.ID, 100*time.Hour); !most.Equal(time.Now().Add(rules.KeepGoing)) {
			t.Errorf("asking for too much gave %v, want %v", most, rules.KeepGoing)
		}
		r.wantEnd("ada", server.Idle, 50*time.Minute+rules.KeepGoing)
		if _, ok := m.KeepGoing(s.ID, time.Minute); ok {
			t.Error("a server that has ended is kept")
		}
		if o, ok := m.Outlook(s.ID); ok {
			t.Errorf("a server that has ended has the outlook %+v", o)
		}
	})
}

// What was asked for last stands in the outlook at once, before anybody has looked.
func TestTheOutlookIsOfNow(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		m := r.run()
		synctest.Wait()
		s := r.add("ada")
		if o, ok := m.Outlook(s.ID); !ok || !o.StopAt.Equal(time.Now().Add(rules.Idle)) {
			t.Errorf("outlook of a new server: %+v, %t", o, ok)
		}
		time.Sleep(10 * time.Second)
		r.change(func() { s.activity.LastInput = time.Now() })
		if o, _ := m.Outlook(s.ID); !o.ActiveAt.Equal(time.Now()) {
			t.Errorf("outlook after a cell was run: %+v", o)
		}
	})
}

func TestNoRuleStopsNothing(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.rules.Idle, r.rules.Lingering = 0, 0
		s := r.add("ada")
		m := r.run()
		time.Sleep(100 * time.Hour)
		r.wantRunning("ada")
		if o, ok := m.Outlook(s.ID); !ok || !o.StopAt.IsZero() || !o.IdleAt.IsZero() || o.Why != "" || o.MayKeep != 0 {
			t.Errorf("outlook %+v", o)
		}
	})
}

func TestSpareServers(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		ada, bob := r.add("ada"), r.add("bob")
		cyd, dan := r.add("cyd"), r.add("dan")
		m := r.run()
		if spare, next := m.Spare(); len(spare) > 0 || !next.Equal(time.Now().Add(rules.Spare)) {
			t.Errorf("spare from the beginning: %v, next at %v", spare, next)
		}
		r.change(func() { cyd.kernels = []jupyter.Kernel{{State: "busy"}} })
		m.KeepGoing(dan.ID, time.Hour)
		time.Sleep(5 * time.Minute)
		r.change(func() { ada.activity.LastInput = time.Now() })
		time.Sleep(11 * time.Minute)
		spare, _ := m.Spare()
		if len(spare) != 2 || spare[0].ID != bob.ID || spare[1].ID != ada.ID {
			t.Errorf("spare: %v, want bob's, then ada's", spare)
		}
	})
}

func TestWhatRunsIsCounted(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.add("ada")
		bob := r.add("bob")
		r.change(func() { bob.kernels = make([]jupyter.Kernel, 3); bob.Key.Course = "tour" })
		r.run()
		time.Sleep(21 * time.Minute)
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.counts) != 5 {
			t.Errorf("counted %d times in 21 minutes, want every 5", len(r.counts))
		}
		for _, c := range r.counts {
			if len(c) != 1 || c["tour"].Servers != 2 || c["tour"].Kernels != 4 {
				t.Errorf("counted %v", c)
			}
		}
	})
}
