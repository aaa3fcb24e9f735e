// Package server keeps one Jupyter server per workspace: starts it once however
// many ask, finds it again after a restart of the program, stops it politely.
package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// Store keeps what a restart must find: the servers that are not gone.
type Store interface {
	SaveServer(context.Context, nbhosting.Server) error
	EndServer(context.Context, nbhosting.Server) error
	Servers(context.Context) ([]nbhosting.Server, error)
}

// Options are what a Manager works with; all are required but where it says so.
type Options struct {
	Runtime      runtime.Runtime
	Store        Store
	RunDir       string // of this site alone: each server's own directory is made in it
	ScratchDir   string // homes of servers that share this host's file system
	Limits       runtime.Limits
	Network      runtime.Network
	StartTimeout time.Duration // from the start until Jupyter answers
	StopGrace    time.Duration // for each polite step of stopping
	// CallTimeout bounds what is asked of the runtime and the store where nothing else
	// does: no server is in the same state for ever because one of them hangs. 0: half a minute.
	CallTimeout time.Duration
	Parallel    int           // starts at a time; 0: one
	QueueWait   time.Duration // how long a start waits for its turn at most; 0: ten minutes
	Budget      Budget
	Host        func(context.Context) (Host, error) // nil: only Budget counts
	// Spare returns the servers that may be stopped to make room for others, the first
	// one first, and when there will be one if there is none. nil: there never are.
	Spare func() ([]nbhosting.Server, time.Time)
	// Drain is called before a server is asked to shut down: it lets saves in
	// flight finish and closes what browsers have open.
	Drain  func(context.Context, nbhosting.ServerID)
	Ended  func(Reason) // is told of each server that has ended, without delay; nil: nobody is
	Logger *slog.Logger
}

// Manager owns the servers of a site. Its methods may be called by several goroutines.
type Manager struct {
	Options
	starts  singleflight.Group
	queue   *queue
	hold    *hold
	open    context.Context // ends when the manager is closed
	close   context.CancelFunc
	unknown atomic.Pointer[error] // why the servers that run are not known; nil once they are

	mu      sync.RWMutex
	entries map[nbhosting.Key]*entry
	byID    map[nbhosting.ServerID]*entry
	left    map[nbhosting.ServerID]nbhosting.Server // that ended, and of which something is left; see Reconcile
	room    room

	// arrival is how long the pages of somebody who is led to a server may take to ask it for something.
	arrival time.Duration

	step func(string) // nil, or called at each step of a start and a stop: the tests kill the program there
}

// New returns a Manager that knows of no server yet; see [Manager.Adopt].
func New(o Options) *Manager {
	o.CallTimeout = cmp.Or(o.CallTimeout, 30*time.Second)
	m := &Manager{
		Options: o, queue: newQueue(max(o.Parallel, 1), cmp.Or(o.QueueWait, 10*time.Minute)), room: newRoom(), hold: newHold(),
		arrival: time.Minute,
		entries: map[nbhosting.Key]*entry{}, byID: map[nbhosting.ServerID]*entry{}, left: map[nbhosting.ServerID]nbhosting.Server{},
	}
	m.open, m.close = context.WithCancel(context.Background())
	m.unknown.Store(&errNotAdopted)
	return m
}

var errNotAdopted = errors.New("the servers that run have not been looked for yet")

// Known returns nil once [Manager.Adopt] has found the servers that run: until
// then, to start one could start it twice.
func (m *Manager) Known() error {
	cause := m.unknown.Load()
	if cause == nil {
		return nil
	}
	return nbhosting.Because(*cause, nbhosting.Unavailable, "What runs the notebooks here does not answer at the moment. Try again in a minute.")
}

// Lookup returns the ready server of that id.
func (m *Manager) Lookup(id nbhosting.ServerID) (nbhosting.Server, bool) {
	m.mu.RLock()
	e, ok := m.byID[id]
	m.mu.RUnlock()
	if !ok {
		return nbhosting.Server{}, false
	}
	s := e.server()
	return s, s.State == nbhosting.Ready
}

// KeyOf returns whose server that is, if it is not gone: one that is being
// stopped still answers what it was asked before.
func (m *Manager) KeyOf(id nbhosting.ServerID) (nbhosting.Key, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	e, ok := m.byID[id]
	if !ok {
		return nbhosting.Key{}, false
	}
	return e.server().Key, true
}

// Find returns the server of a workspace, if there is one that is not stopped.
func (m *Manager) Find(key nbhosting.Key) (nbhosting.Server, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	e, ok := m.entries[key]
	if !ok {
		return nbhosting.Server{}, false
	}
	s := e.server()
	_, there := m.byID[s.ID]
	return s, there
}

// Servers returns all servers that are not stopped, sorted by course and student.
func (m *Manager) Servers() []nbhosting.Server {
	m.mu.RLock()
	entries := slices.Collect(maps.Values(m.byID))
	m.mu.RUnlock()
	servers := make([]nbhosting.Server, len(entries))
	for i, e := range entries {
		servers[i] = e.server()
	}
	slices.SortFunc(servers, func(a, b nbhosting.Server) int {
		return cmpKeys(a.Key, b.Key)
	})
	return servers
}

// Dial connects to a server's socket.
func Dial(ctx context.Context, s nbhosting.Server) (net.Conn, error) {
	return unixsock.Dial(ctx, s.Dir+"/"+runtime.SocketName, s.UID)
}

// entry returns the record of a workspace's servers, made at the first call.
func (m *Manager) entry(key nbhosting.Key) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok {
		e = newEntry(key)
		m.entries[key] = e
	}
	return e
}

// set gives an entry the new state of its server and logs the change. The reason
// is empty where the state says it all.
func (m *Manager) set(e *entry, s nbhosting.Server, why Reason) {
	m.mu.Lock()
	if ended(s) {
		delete(m.byID, s.ID)
		close(m.room.freed)
		m.room.freed = make(chan struct{})
	} else {
		m.byID[s.ID] = e
	}
	m.mu.Unlock()
	before := e.server()
	e.set(s)
	args := []any{"state", s.State.String(), "id", s.ID, "course", s.Key.Course, "student", s.Key.Student}
	if before.ID == s.ID { // else it is new
		args = append(args, "from", before.State.String())
	}
	if why != "" {
		args = append(args, "why", string(why))
	}
	if ended(s) {
		e.end(Ending{At: time.Now(), Reason: why})
		if m.Ended != nil {
			m.Ended(why)
		}
		args = append(args, "age", time.Since(s.StartedAt).Round(time.Second))
	}
	m.Logger.Info("server", args...)
}

func ended(s nbhosting.Server) bool {
	return s.State == nbhosting.Stopped || s.State == nbhosting.Failed
}

func (m *Manager) reached(step string) {
	if m.step != nil {
		m.step(step)
	}
}

// save keeps a change of state. Where that fails, the change holds all the same:
// Adopt goes by what runs more than by the state it finds.
func (m *Manager) save(ctx context.Context, s nbhosting.Server) {
	ctx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	if err := m.Store.SaveServer(ctx, s); err != nil {
		m.Logger.Error("the state of a server could not be kept", "id", s.ID, "err", err)
	}
}
