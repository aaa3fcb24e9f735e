// Package monitor looks at the servers from time to time, makes what is known
// agree with what runs, and stops servers that nobody uses, that hang, or that have
// grown too old. It tells what it is going to do, so that students can be warned.
//
// A server is in use while its student does something, as the proxy sees it; an
// open page alone is no use. Work without the student counts too, for a while: a kernel
// that is busy, processes that take time of the processor, pages that save.
// judge.go has the rules.
package monitor

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
)

// Servers are what is looked at; a [server.Manager].
type Servers interface {
	Known() error
	Reconcile(context.Context) (map[nbhosting.ServerID]runtime.Instance, error)
	Servers() []nbhosting.Server
	Lookup(nbhosting.ServerID) (nbhosting.Server, bool)
	Usage(context.Context, nbhosting.Server) (runtime.Usage, error)
	Kernels(context.Context, nbhosting.Server) ([]jupyter.Kernel, error)
	ImageID(ctx context.Context, image string) (string, error)
	End(context.Context, nbhosting.Server, server.Reason) error
}

// Activity is what the proxy saw of a server. Times are zero for what never was.
type Activity struct {
	LastInput   time.Time // a person did something, other than to save
	LastSave    time.Time
	LastRequest time.Time // of any kind
	Executes    uint64    // cells that were run
	Saves       uint64
	Websockets  int // open
}

// Options are what a Monitor works with; all are required.
type Options struct {
	Servers  Servers
	Activity func(nbhosting.ServerID) (Activity, bool)
	Rules    Rules
	Counter  Counter
	Logger   *slog.Logger
}

// Monitor looks at the servers of a site. Its methods may be called by several goroutines.
type Monitor struct {
	Options
	looking sync.Mutex // held during a look: one at a time

	mu      sync.Mutex
	running bool // Run does
	watched map[nbhosting.ServerID]*watched
	looked  time.Time // when the last look ended
	counted time.Time // when lines were last counted
}

// New returns a Monitor that has not looked yet.
func New(o Options) *Monitor {
	return &Monitor{Options: o, watched: map[nbhosting.ServerID]*watched{}}
}

// Run looks at the servers every period, until ctx ends.
func (m *Monitor) Run(ctx context.Context) {
	m.setRunning(true)
	defer m.setRunning(false)
	ticker := time.NewTicker(m.Rules.Period)
	defer ticker.Stop()
	for {
		m.Look(ctx)
		m.endDue(ctx)
		m.count(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (m *Monitor) setRunning(running bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = running
}

// stopsAtOnce bounds how many servers are stopped at a time.
const stopsAtOnce = 8

// endDue stops the servers that are to be stopped now.
func (m *Monitor) endDue(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(stopsAtOnce)
	for _, s := range m.Servers.Servers() {
		g.Go(func() error {
			o, ok := m.Outlook(s.ID)
			if !ok || o.StopAt.IsZero() || time.Now().Before(o.StopAt) || ctx.Err() != nil {
				return nil
			}
			if err := m.Servers.End(ctx, s, o.Why); err != nil {
				m.Logger.Error("a server could not be stopped", "id", s.ID, "why", string(o.Why), "err", err)
			}
			return nil
		})
	}
	_ = g.Wait() // there is none
}
