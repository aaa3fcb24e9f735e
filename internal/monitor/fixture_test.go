package monitor_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
)

// room is a few servers in the time of a synctest bubble, and what they do.
type room struct {
	t     *testing.T
	rules monitor.Rules

	mu      sync.Mutex
	servers []*fakeServer
	ended   []ending
	counts  []map[nbhosting.CourseName]monitor.Tally
	engine  error             // why the runtime does not answer
	images  map[string]string // ids by names
}

type ending struct {
	student nbhosting.Student
	why     server.Reason
	age     time.Duration
}

// fakeServer is a server as it looks from outside.
type fakeServer struct {
	nbhosting.Server
	activity monitor.Activity
	rate     float64 // cores in use
	cpu      time.Duration
	cpuAt    time.Time
	image    string
	kernels  []jupyter.Kernel
	silent   bool
	paused   bool
}

var rules = monitor.Rules{
	Period: time.Minute, Idle: time.Hour, Lingering: 24 * time.Hour, Grace: 2 * time.Minute, Busy: 6 * time.Hour,
	KeepGoing: 2 * time.Hour, Spare: 10 * time.Minute, Counts: 5 * time.Minute,
}

func newRoom(t *testing.T) *room {
	return &room{t: t, rules: rules, images: map[string]string{"i": "id-1"}}
}

// add starts a server of a student.
func (r *room) add(student nbhosting.Student) *fakeServer {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &fakeServer{
		Server: nbhosting.Server{
			ID: nbhosting.ServerID("id-" + student), Key: nbhosting.Key{Course: "tour", Student: student}, Image: "i",
			State: nbhosting.Ready, StartedAt: time.Now().Round(0),
		},
		cpuAt: time.Now(), image: r.images["i"], kernels: []jupyter.Kernel{{State: "idle"}},
	}
	r.servers = append(r.servers, s)
	return s
}

// change changes servers while nobody looks.
func (r *room) change(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// every changes servers now, and then every so often until the test ends.
func (r *room) every(d time.Duration, change func()) {
	r.change(change)
	go func() {
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.change(change)
			case <-r.t.Context().Done():
				return
			}
		}
	}()
}

// work sets how many cores the server uses from now on.
func (s *fakeServer) work(rate float64) {
	s.cpu, s.cpuAt = s.used(), time.Now()
	s.rate = rate
}

func (s *fakeServer) used() time.Duration {
	return s.cpu + time.Duration(s.rate*float64(time.Since(s.cpuAt)))
}

// run runs a monitor until the test of the bubble ends.
func (r *room) run() *monitor.Monitor {
	m := monitor.New(monitor.Options{
		Servers: r, Activity: r.activity, Rules: r.rules, Counter: r, Logger: slog.New(slog.NewTextHandler(r.t.Output(), nil)),
	})
	go m.Run(r.t.Context())
	return m
}

func (r *room) activity(id nbhosting.ServerID) (monitor.Activity, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.find(id); s != nil {
		return s.activity, true
	}
	return monitor.Activity{}, false
}

func (r *room) find(id nbhosting.ServerID) *fakeServer {
	for _, s := range r.servers {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (r *room) Known() error { return nil }

func (r *room) Reconcile(context.Context) (map[nbhosting.ServerID]runtime.Instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.engine != nil {
		return nil, r.engine
	}
	there := map[nbhosting.ServerID]runtime.Instance{}
	for _, s := range r.servers {
		i := runtime.Instance{State: runtime.Running}
		if s.paused {
			i.State = runtime.Paused
		}
		there[s.ID] = i
	}
	return there, nil
}

func (r *room) Servers() []nbhosting.Server {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []nbhosting.Server
	for _, s := range r.servers {
		all = append(all, s.Server)
	}
	return all
}

func (r *room) Lookup(id nbhosting.ServerID) (nbhosting.Server, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.find(id); s != nil {
		return s.Server, true
	}
	return nbhosting.Server{}, false
}

func (r *room) Usage(_ context.Context, s nbhosting.Server) (runtime.Usage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.find(s.ID)
	if found == nil {
		return runtime.Usage{}, runtime.ErrNotFound
	}
	return runtime.Usage{CPU: found.used(), PIDs: 1, Image: found.image}, nil
}

// Kernels does not answer where Jupyter is silent, for as long as it is waited for.
func (r *room) Kernels(ctx context.Context, s nbhosting.Server) ([]jupyter.Kernel, error) {
	r.mu.Lock()
	found := r.find(s.ID)
	if found == nil {
		r.mu.Unlock()
		return nil, errors.New("gone")
	}
	silent, kernels := found.silent, found.kernels
	r.mu.Unlock()
	if silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return kernels, nil
}

func (r *room) ImageID(_ context.Context, image string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.images[image], nil
}

func (r *room) End(_ context.Context, s nbhosting.Server, why server.Reason) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, there := range r.servers {
		if there.ID == s.ID {
			r.servers = append(r.servers[:i], r.servers[i+1:]...)
			r.ended = append(r.ended, ending{s.Key.Student, why, time.Since(s.StartedAt)})
			return nil
		}
	}
	return nil
}

func (r *room) Count(_ context.Context, _ time.Time, running map[nbhosting.CourseName]monitor.Tally) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts = append(r.counts, running)
	return nil
}

// wantEnd waits for as long as a server may take to be stopped, in the bubble's
// time, and fails unless it was, for the reason, after the time and within three looks of it.
func (r *room) wantEnd(student nbhosting.Student, why server.Reason, after time.Duration) {
	r.t.Helper()
	for range 100 * 60 {
		r.mu.Lock()
		ended := r.ended
		r.mu.Unlock()
		for _, e := range ended {
			if e.student != student {
				continue
			}
			if e.why != why || e.age < after || e.age > after+3*r.rules.Period {
				r.t.Errorf("%s's server ended after %v: %s, want %v: %s", student, e.age, e.why, after, why)
			}
			return
		}
		time.Sleep(time.Minute)
	}
	r.t.Errorf("%s's server goes on for ever", student)
}

// wantRunning fails if the server was stopped.
func (r *room) wantRunning(student nbhosting.Student) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.ended {
		if e.student == student {
			r.t.Fatalf("%s's server ended after %v: %s", student, e.age, e.why)
		}
	}
}
