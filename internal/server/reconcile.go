package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Reconcile compares what is known with what runs, and mends what differs: it
// removes what nobody knows, takes note of servers that have ended, and tries again
// to remove what could not be. It returns what runs, paused or not.
func (m *Manager) Reconcile(ctx context.Context) (map[nbhosting.ServerID]runtime.Instance, error) {
	if err := m.Known(); err != nil {
		return nil, err
	}
	before := m.Servers() // first: what is started meanwhile is in neither
	listCtx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	instances, err := m.Runtime.List(listCtx)
	if err != nil {
		return nil, fmt.Errorf("list what runs: %w", err)
	}
	m.removeLeft(ctx)
	there := map[nbhosting.ServerID]runtime.Instance{}
	for _, i := range instances {
		id := nbhosting.ServerID(i.Labels[labelServer])
		if !m.knows(id) {
			m.removeOrphan(ctx, i)
		} else if i.State != runtime.Ended {
			there[id] = i
		}
	}
	for _, s := range before {
		if _, ok := there[s.ID]; !ok && s.State == nbhosting.Ready {
			m.reap(ctx, s)
		}
	}
	return there, nil
}

func (m *Manager) knows(id nbhosting.ServerID) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, running := m.byID[id]
	_, left := m.left[id]
	return running || left
}

// leave remembers a server of which something is left.
func (m *Manager) leave(s nbhosting.Server) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left[s.ID] = s
}

// removeLeft tries again to remove what is left of servers that have ended.
func (m *Manager) removeLeft(ctx context.Context) {
	m.mu.RLock()
	left := make([]nbhosting.Server, 0, len(m.left))
	for _, s := range m.left {
		left = append(left, s)
	}
	m.mu.RUnlock()
	for _, s := range left {
		err := m.removeIf(ctx, s.Key, s.ID, instanceName(s))
		if err == nil {
			err = m.forget(ctx, s)
		}
		if err != nil {
			m.Logger.Warn("what is left of a server cannot be removed yet", "id", s.ID, "err", err)
			continue
		}
		m.mu.Lock()
		delete(m.left, s.ID)
		m.mu.Unlock()
	}
}

// removeOrphan removes an instance that nobody knows.
func (m *Manager) removeOrphan(ctx context.Context, i runtime.Instance) {
	key := nbhosting.Key{Course: nbhosting.CourseName(i.Labels[labelCourse]), Student: nbhosting.Student(i.Labels[labelStudent])}
	id := nbhosting.ServerID(i.Labels[labelServer])
	m.Logger.Warn("an instance that nobody knows is removed", "name", i.Name, "id", id)
	if err := m.removeIf(ctx, key, id, i.Name); err != nil {
		m.Logger.Error("an orphan could not be removed", "name", i.Name, "err", err)
	}
}

var errBusy = errors.New("its workspace's server starts or stops right now")

// removeIf removes the instance of that name if it is still the server's: the next
// server of a workspace has the same name.
func (m *Manager) removeIf(ctx context.Context, key nbhosting.Key, id nbhosting.ServerID, name string) error {
	e := m.entry(key)
	if !e.life.TryLock() {
		return errBusy
	}
	defer e.life.Unlock()
	ctx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	now, err := m.Runtime.Inspect(ctx, name)
	switch {
	case errors.Is(err, runtime.ErrNotFound):
		return nil
	case err != nil:
		return err
	case now.Labels[labelServer] != string(id):
		return nil
	}
	return m.Runtime.Remove(ctx, name)
}

// reap takes note of a server that does not run any more. One that starts or
// stops right now is left to who does that.
func (m *Manager) reap(ctx context.Context, s nbhosting.Server) {
	e := m.entry(s.Key)
	if !e.life.TryLock() {
		return
	}
	defer e.life.Unlock()
	if now := e.server(); now.ID != s.ID || now.State != nbhosting.Ready {
		return
	}
	why := m.whyGone(ctx, s)
	if why == Replaced {
		return // it runs after all, or that cannot be told
	}
	m.Logger.Warn("server has ended", "id", s.ID, "course", s.Key.Course, "student", s.Key.Student,
		"why", string(why), "output", m.lastWords(ctx, s))
	_ = m.discard(ctx, e, s, nbhosting.Stopped, why) // what could not be removed is in the log
}

// whyGone tells how a server ended that cannot be used any more; Replaced, if it has not.
func (m *Manager) whyGone(ctx context.Context, s nbhosting.Server) Reason {
	ctx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	i, err := m.Runtime.Inspect(ctx, instanceName(s))
	switch {
	case errors.Is(err, runtime.ErrNotFound), err == nil && i.Labels[labelServer] != string(s.ID):
		return Gone
	case err != nil || i.State != runtime.Ended:
		return Replaced
	case i.OOMKilled:
		return OutOfMemory
	}
	return Gone
}
