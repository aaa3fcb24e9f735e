package monitor

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Report is what is known of a ready server.
type Report struct {
	Outlook  Outlook
	Watching bool // it is stopped when its outlook says; else nobody looks after it
	Activity Activity
	LookedAt time.Time // zero: it was not yet, and what follows is not known
	Usage    runtime.Usage
	Cores    float64 // in use between the last two looks
	Kernels  []jupyter.Kernel
	Outdated bool // its image was built anew
	Silent   bool // Jupyter does not answer
	Paused   bool
}

const (
	freshFor   = 5 * time.Second // a look is good enough for who asks
	freshening = 8 * time.Second // how long who asks waits for a new one
)

// Reports returns what is known of the ready servers, after a look at them unless
// one was made just now.
func (m *Monitor) Reports(ctx context.Context) map[nbhosting.ServerID]Report {
	if !m.fresh() {
		look, cancel := context.WithTimeout(ctx, freshening)
		m.Look(look)
		cancel()
	}
	reports := map[nbhosting.ServerID]Report{}
	for _, s := range m.Servers.Servers() {
		if r, ok := m.report(s.ID); ok {
			reports[s.ID] = r
		}
	}
	return reports
}

// fresh tells whether all ready servers were looked at, and just now.
func (m *Monitor) fresh() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.Servers.Servers() {
		if w := m.watched[s.ID]; s.State == nbhosting.Ready && (w == nil || !w.looked) {
			return false
		}
	}
	return !m.looked.IsZero() && time.Since(m.looked) < freshFor
}

func (m *Monitor) report(id nbhosting.ServerID) (Report, bool) {
	outlook, ok := m.Outlook(id)
	if !ok {
		return Report{}, false
	}
	activity, _ := m.Activity(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.watched[id]
	if w == nil { // it has just ended
		return Report{}, false
	}
	return Report{
		Outlook: outlook, Watching: m.running, Activity: activity, LookedAt: w.usedAt, Usage: w.usage, Cores: w.rate,
		Kernels: w.kernels, Outdated: w.outdated, Silent: !w.silent.IsZero(), Paused: !w.paused.IsZero(),
	}, true
}
