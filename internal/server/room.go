package server

import (
	"cmp"
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Budget is what servers may use together of the machine.
type Budget struct {
	Memory int64         // bytes; 0: what the machine has at the moment, but for a tenth of all
	PIDs   int64         // processes and threads; 0: likewise
	Share  float64       // what part of its limits a server is expected to use; 0: a fifth
	Wait   time.Duration // how long a student waits for room; 0: five minutes
}

// Host is what the machine has of what it can run out of.
type Host struct {
	MemoryTotal, MemoryAvailable int64 // bytes
	PIDs, MaxPIDs                int64
}

// What a server is expected to need at least, and where it has no limits.
const (
	leastMemory   = 128 << 20
	defaultMemory = 512 << 20
	leastPIDs     = 32
	defaultPIDs   = 64
)

// reserve is the part of the machine that is left to itself: one in so many.
const reserve = 10

// room is the budget in use.
type room struct {
	lock  chan struct{} // held by the start that looks for room: one at a time
	held  int           // starts that have found it, and go on; with Manager.mu
	freed chan struct{} // closed when a server has ended; with Manager.mu
}

func newRoom() room {
	return room{lock: make(chan struct{}, 1), freed: make(chan struct{})}
}

// roomRetry is how often room is looked for while nothing is heard of any.
const roomRetry = 2 * time.Second

// takeRoom returns when the machine has room for one more server, or for the next of an
// entry whose server cannot be used any more: that one's place is its own. release is to be
// called once it has started or not. Where there is no room, servers that nobody uses are
// stopped, and the entry is told how long it may take until there is some.
func (m *Manager) takeRoom(ctx context.Context, e *entry) (release func(), err error) {
	if e.server().State == nbhosting.Ready {
		return m.holdRoom(), nil
	}
	tell := e.tell
	wait, cancel := context.WithTimeout(ctx, cmp.Or(m.Budget.Wait, 5*time.Minute))
	defer cancel()
	if !m.lockRoom(wait, tell) {
		return nil, m.noRoom(ctx)
	}
	defer func() { <-m.room.lock }()
	tried := map[nbhosting.ServerID]bool{}
	for {
		freed := m.freed()
		if m.hasRoom(wait) {
			return m.holdRoom(), nil
		}
		if m.makeRoom(ctx, tried) {
			continue
		}
		tell(Progress{Stage: StageRoom, Left: m.untilSpare()})
		select {
		case <-freed:
		case <-time.After(roomRetry):
		case <-wait.Done():
			return nil, m.noRoom(ctx)
		}
	}
}

// lockRoom waits until no other start looks for room; false if ctx ends before.
func (m *Manager) lockRoom(ctx context.Context, tell func(Progress)) bool {
	soon := time.After(roomRetry / 8)
	for {
		select {
		case m.room.lock <- struct{}{}:
			return true
		case <-soon:
			tell(Progress{Stage: StageRoom, Left: m.untilSpare()})
		case <-ctx.Done():
			return false
		}
	}
}

func (m *Manager) holdRoom() (release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.room.held++
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.room.held--
	}
}

// freed returns a channel that is closed when the next server ends.
func (m *Manager) freed() <-chan struct{} {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.room.freed
}

// hasRoom tells whether one more server fits in. What cannot be read is no obstacle.
func (m *Manager) hasRoom(ctx context.Context) bool {
	settled, held := m.population()
	memory := need(m.Limits.MemoryBytes, m.share(), leastMemory, defaultMemory)
	pids := need(m.Limits.PIDs, m.share(), leastPIDs, defaultPIDs)
	if most := m.Budget.Memory; most > 0 && (settled+held+1)*memory > most {
		return false
	}
	if most := m.Budget.PIDs; most > 0 && (settled+held+1)*pids > most {
		return false
	}
	if m.Host == nil || m.Budget.Memory > 0 && m.Budget.PIDs > 0 {
		return true
	}
	host, err := m.Host(ctx)
	if err != nil {
		m.Logger.Warn("what the machine has left cannot be told: a server is started all the same", "err", err)
		return true
	}
	// What has settled is in what the machine measures; what starts is not yet.
	if m.Budget.Memory == 0 && host.MemoryAvailable-host.MemoryTotal/reserve < (held+1)*memory {
		return false
	}
	return m.Budget.PIDs != 0 || host.MaxPIDs-host.MaxPIDs/reserve-host.PIDs >= (held+1)*pids
}

func (m *Manager) share() float64 { return cmp.Or(m.Budget.Share, 0.2) }

// need is what a server is expected to use of what it may.
func need(limit int64, share float64, least, unlimited int64) int64 {
	if limit == 0 {
		return unlimited
	}
	return min(max(int64(float64(limit)*share), least), limit)
}

// population returns how many servers run or are about to end, and how many start.
func (m *Manager) population() (settled, held int64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, e := range m.byID {
		if e.server().State != nbhosting.Starting {
			settled++
		}
	}
	return settled, int64(m.room.held)
}

// makeRoom stops the server that nobody has used for longest, if there is one to spare.
func (m *Manager) makeRoom(ctx context.Context, tried map[nbhosting.ServerID]bool) bool {
	if m.Spare == nil {
		return false
	}
	spare, _ := m.Spare()
	for _, s := range spare {
		if tried[s.ID] {
			continue
		}
		tried[s.ID] = true
		if err := m.End(ctx, s, Room); err != nil {
			m.Logger.Error("a server could not be stopped to make room", "id", s.ID, "err", err)
			continue
		}
		if _, there := m.Lookup(s.ID); there { // somebody was just led to it; they may not come
			delete(tried, s.ID)
			continue
		}
		return true
	}
	return false
}

// untilSpare returns about how long it is until a server can be stopped for another; 0: unknown.
func (m *Manager) untilSpare() time.Duration {
	if m.Spare == nil {
		return 0
	}
	spare, next := m.Spare()
	if len(spare) > 0 || next.IsZero() {
		return 0
	}
	return max(time.Until(next), time.Second)
}

// noRoom says when to come back.
func (m *Manager) noRoom(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if left := m.untilSpare(); left > 0 {
		return nbhosting.Errorf(nbhosting.Unavailable, "All places on this machine are taken, and all are in use. Come back in about %s.", left.Round(time.Minute)+time.Minute)
	}
	return nbhosting.Errorf(nbhosting.Unavailable, "All places on this machine are taken, and all are in use. Come back in a few minutes; if that does not help, tell your teacher.")
}
