package monitor

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Tally is how many servers and kernels run.
type Tally struct{ Servers, Kernels int }

// Counter keeps what is counted, for the statistics.
type Counter interface {
	// Count is told what runs of each course that runs anything.
	Count(ctx context.Context, at time.Time, running map[nbhosting.CourseName]Tally) error
}

// count lets what runs be counted, if it is time.
func (m *Monitor) count(ctx context.Context) {
	now := time.Now()
	m.mu.Lock()
	due := m.Rules.Counts > 0 && (m.counted.IsZero() || now.Sub(m.counted) >= m.Rules.Counts-m.Rules.Period/2)
	m.mu.Unlock()
	if !due || m.Servers.Known() != nil || ctx.Err() != nil {
		return
	}
	if err := m.Counter.Count(ctx, now, m.tally()); err != nil {
		m.Logger.Error("the servers could not be counted for the statistics", "err", err)
	}
	m.mu.Lock()
	m.counted = now
	m.mu.Unlock()
}

// tally counts what runs, by course.
func (m *Monitor) tally() map[nbhosting.CourseName]Tally {
	running := map[nbhosting.CourseName]Tally{}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.Servers.Servers() {
		if s.State != nbhosting.Ready {
			continue
		}
		t := running[s.Key.Course]
		t.Servers++
		if w := m.watched[s.ID]; w != nil {
			t.Kernels += len(w.kernels)
		}
		running[s.Key.Course] = t
	}
	return running
}
