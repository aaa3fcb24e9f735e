package server_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
)

// spare is what a test says may be stopped for others.
type spare struct {
	mu      sync.Mutex
	servers []nbhosting.Server
	next    time.Time
}

func (s *spare) set(next time.Time, servers ...nbhosting.Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers, s.next = servers, next
}

func (s *spare) get() ([]nbhosting.Server, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.servers, s.next
}

// small returns a Manager of a machine that has room for two servers.
func (b *bench) small(s *spare, change func(*server.Options)) *server.Manager {
	return b.manager(func(o *server.Options) {
		o.Limits = runtime.Limits{MemoryBytes: 1 << 30}
		o.Budget = server.Budget{Memory: 1 << 30, Share: 0.5, Wait: 100 * time.Millisecond}
		o.Parallel, o.Spare = 4, s.get
		if change != nil {
			change(o)
		}
	})
}

func TestIdleServersMakeRoomForOthers(t *testing.T) {
	b := newBench(t, jupyter)
	s := &spare{}
	m := b.small(s, nil)
	alice, bob := b.ensure(m, "alice"), b.ensure(m, "bob")
	s.set(time.Time{}, bob, alice)
	cyd := b.ensure(m, "cyd")
	if end, ok := m.LastEnd(bob.Key); !ok || end.Reason != server.Room {
		t.Errorf("bob's server, which was idle for longest: %+v, %t", end, ok)
	}
	for _, there := range []nbhosting.Server{alice, cyd} {
		if _, ok := m.Lookup(there.ID); !ok {
			t.Errorf("%s's server is not there", there.Key.Student)
		}
	}
}

func TestAFullMachineSaysWhenToComeBack(t *testing.T) {
	b := newBench(t, jupyter)
	s := &spare{}
	m := b.small(s, nil)
	b.ensure(m, "alice")
	b.ensure(m, "bob")
	s.set(time.Now().Add(7*time.Minute + 10*time.Second))
	var told []server.Progress
	_, _, err := m.Ensure(t.Context(), b.wanted("cyd"), func(p server.Progress) { told = append(told, p) })
	wantKind(t, err, nbhosting.Unavailable)
	if message := nbhosting.MessageOf(err); !strings.Contains(message, "8m0s") {
		t.Errorf("got %q, want the time of the next place", message)
	}
	if len(told) == 0 || told[0].Stage != server.StageRoom || told[0].Left < 6*time.Minute || told[0].Left > 8*time.Minute {
		t.Errorf("told %+v", told)
	}
	if b.starts.Load() != 2 {
		t.Errorf("%d servers were started", b.starts.Load())
	}
}

// Whoever waits is let in by a server that ends.
func TestRoomIsTakenWhenThereIsSome(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.small(&spare{}, func(o *server.Options) { o.Budget.Wait = time.Minute })
	alice := b.ensure(m, "alice")
	b.ensure(m, "bob")
	waiting := make(chan struct{})
	came := make(chan error, 1)
	told := sync.OnceFunc(func() { close(waiting) })
	go func() {
		_, _, err := m.Ensure(t.Context(), b.wanted("cyd"), func(p server.Progress) {
			if p.Stage == server.StageRoom {
				told()
			}
		})
		came <- err
	}()
	<-waiting
	if err := m.Stop(t.Context(), alice.Key); err != nil {
		t.Fatal(err)
	}
	if err := <-came; err != nil {
		t.Error(err)
	}
}

// However many come at once, there are never more than fit in.
func TestNoMoreStartThanFitIn(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.small(&spare{}, func(o *server.Options) { o.Budget.Wait = 300 * time.Millisecond })
	var refused atomic.Int64
	var all sync.WaitGroup
	for _, student := range []nbhosting.Student{"a", "b", "c", "d", "e"} {
		all.Go(func() {
			if _, _, err := m.Ensure(t.Context(), b.wanted(student), nil); err != nil {
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if refused.Load() != 3 || b.starts.Load() != 2 || len(m.Servers()) != 2 {
		t.Errorf("%d were refused, %d started, %d are there", refused.Load(), b.starts.Load(), len(m.Servers()))
	}
}

func TestRoomOfTheMachine(t *testing.T) {
	full := server.Host{MemoryTotal: 10 << 30, MemoryAvailable: 1 << 30, PIDs: 100, MaxPIDs: 30000}
	free := full
	free.MemoryAvailable = 3 << 30
	crowded := free
	crowded.PIDs = 28000
	for name, test := range map[string]struct {
		host   server.Host
		err    error
		budget server.Budget
		room   bool
	}{
		"free":                       {host: free, room: true},
		"memory is in use":           {host: full},
		"processes are many":         {host: crowded},
		"it cannot be told":          {host: full, err: errors.New("no /proc"), room: true},
		"memory by budget":           {host: full, budget: server.Budget{Memory: 1 << 30}, room: true},
		"memory by budget, too low":  {host: free, budget: server.Budget{Memory: 200 << 20}},
		"processes by budget":        {host: crowded, budget: server.Budget{PIDs: 200}, room: true},
		"processes by budget, few":   {host: free, budget: server.Budget{PIDs: 99}},
		"a server of little use":     {host: full, budget: server.Budget{Share: 0.0001}},
		"both by budget, all is odd": {host: server.Host{}, budget: server.Budget{Memory: 1 << 40, PIDs: 1 << 40}, room: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, jupyter)
			m := b.manager(func(o *server.Options) {
				o.Limits = runtime.Limits{MemoryBytes: 2 << 30, PIDs: 500}
				o.Budget, o.Budget.Wait = test.budget, 10*time.Millisecond
				o.Host = func(context.Context) (server.Host, error) { return test.host, test.err }
			})
			_, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
			if test.room && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !test.room {
				wantKind(t, err, nbhosting.Unavailable)
			}
		})
	}
}

// A server that cannot be used any more gives its place to the next one of its workspace.
func TestWhoseServerIsDeadNeedsNoMoreRoom(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.small(&spare{}, nil)
	alice, bob := b.ensure(m, "alice"), b.ensure(m, "bob")
	if err := os.Remove(filepath.Join(alice.Dir, runtime.SocketName)); err != nil {
		t.Fatal(err)
	}
	next, created, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil || !created || next.ID == alice.ID {
		t.Errorf("got %+v, %t, %v; want a new server in the place of the old one", next, created, err)
	}
	if _, ok := m.Lookup(bob.ID); !ok || len(m.Servers()) != 2 {
		t.Errorf("%d servers are there, bob's: %t", len(m.Servers()), ok)
	}
}

// Whoever has just been led to their server does not lose it on the way.
func TestAServerThatIsBeingOpenedIsNotStopped(t *testing.T) {
	b := newBench(t, jupyter)
	s := &spare{}
	m := b.small(s, nil)
	alice, bob := b.ensure(m, "alice"), b.ensure(m, "bob")
	s.set(time.Time{}, alice, bob) // alice's was not used for longest,
	b.ensure(m, "alice")           // but she comes before anybody could see that she uses it
	b.ensure(m, "cyd")
	if _, ok := m.Lookup(alice.ID); !ok {
		t.Error("alice's server was stopped to make room")
	}
	if _, ok := m.Lookup(bob.ID); ok {
		t.Error("bob's server is still there")
	}
	for _, why := range []server.Reason{server.Idle, server.Outdated} {
		if err := m.End(t.Context(), alice, why); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.Lookup(alice.ID); !ok {
			t.Fatalf("alice's server was stopped: %s", why)
		}
	}
	if err := m.End(t.Context(), alice, server.Lingering); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Lookup(alice.ID); ok {
		t.Error("alice's server is older than it may be, and still there")
	}
}

// A program that is started anew counts the servers that it finds.
func TestAdoptedServersTakeRoom(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.small(&spare{}, nil)
	b.ensure(m, "alice")
	b.ensure(m, "bob")
	again := b.small(&spare{}, nil)
	_, _, err := again.Ensure(t.Context(), b.wanted("cyd"), nil)
	wantKind(t, err, nbhosting.Unavailable)
	if len(again.Servers()) != 2 {
		t.Errorf("%d servers are there", len(again.Servers()))
	}
}

// Two courses of one student are two servers, and both are budgeted.
func TestServersOfTwoCoursesTakeRoomEach(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.small(&spare{}, nil)
	for i, course := range []nbhosting.CourseName{"tour", "other", "third"} {
		want := b.wanted("alice")
		want.Key.Course = course
		_, _, err := m.Ensure(t.Context(), want, nil)
		if i < 2 && err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			wantKind(t, err, nbhosting.Unavailable)
		}
	}
}

// A server that was kept for somebody who never came makes room to whoever still waits.
func TestAServerThatNobodyCameToMakesRoomAfterAll(t *testing.T) {
	b := newBench(t, jupyter)
	s := &spare{}
	m := b.small(s, func(o *server.Options) { o.Budget.Wait = time.Minute })
	m.SetArrival(time.Second)
	alice := b.ensure(m, "alice")
	b.ensure(m, "bob")
	s.set(time.Time{}, alice)
	b.ensure(m, "alice")
	b.ensure(m, "cyd")
	if end, ok := m.LastEnd(alice.Key); !ok || end.Reason != server.Room {
		t.Errorf("alice's server: %+v, %t", end, ok)
	}
}
