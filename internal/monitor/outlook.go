package monitor

import (
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Outlook tells what will become of a ready server.
func (m *Monitor) Outlook(id nbhosting.ServerID) (Outlook, bool) {
	s, ready := m.Servers.Lookup(id)
	if !ready {
		return Outlook{}, false
	}
	a, _ := m.Activity(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Rules.judge(m.watch(s), a, time.Now()), true
}

// KeepGoing keeps a server from being stopped for want of use for a time, which counts
// from now and is bounded by the rules. To ask counts as use. It returns until when.
func (m *Monitor) KeepGoing(id nbhosting.ServerID, d time.Duration) (until time.Time, ok bool) {
	s, ready := m.Servers.Lookup(id)
	if !ready {
		return time.Time{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w, now := m.watch(s), time.Now()
	w.kept = now
	w.keepUntil = latest(w.keepUntil, now.Add(min(max(d, 0), m.Rules.KeepGoing)))
	return w.keepUntil, true
}

// Spare returns the servers that can be stopped to make room for others, the one
// that was not used for longest first, and when there will be one if there is none; zero: not
// as far as is known.
func (m *Monitor) Spare() (servers []nbhosting.Server, next time.Time) {
	now := time.Now()
	used := map[nbhosting.ServerID]time.Time{}
	for _, s := range m.Servers.Servers() {
		o, ok := m.Outlook(s.ID)
		if !ok {
			continue
		}
		at, works := m.spareAt(s, o)
		switch {
		case !at.After(now) && !works:
			servers, used[s.ID] = append(servers, s), o.ActiveAt
		case !works && (next.IsZero() || at.Before(next)):
			next = at
		}
	}
	slices.SortFunc(servers, func(a, b nbhosting.Server) int { return used[a.ID].Compare(used[b.ID]) })
	return servers, next
}

// spareAt tells when a server is one that can be stopped for others, and whether something works in it.
func (m *Monitor) spareAt(s nbhosting.Server, o Outlook) (at time.Time, works bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.watch(s)
	return m.Rules.spareAt(w, o), !w.busy.IsZero() || w.rate >= workingRate
}
