package server

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Stop ends the server of a workspace politely: saves in flight finish, Jupyter
// is asked to shut down its kernels and itself, then its process is (SIGTERM),
// and only what is left after that is killed. No server is no error.
func (m *Manager) Stop(ctx context.Context, key nbhosting.Key) error {
	e := m.entry(key)
	e.life.Lock()
	defer e.life.Unlock()
	s := e.server()
	if ended(s) {
		return nil
	}
	return m.stop(context.WithoutCancel(ctx), e, s, Asked)
}

// End is Stop of that very server, if it is ready, for a reason of our own. If that is
// that nobody uses it, it goes on if somebody has just been led to it.
func (m *Manager) End(ctx context.Context, s nbhosting.Server, why Reason) error {
	e := m.entry(s.Key)
	e.life.Lock()
	defer e.life.Unlock()
	if !e.claim(s.ID, why, m.arrival) {
		return nil
	}
	return m.stop(context.WithoutCancel(ctx), e, s, why)
}

func (m *Manager) stop(ctx context.Context, e *entry, s nbhosting.Server, why Reason) error {
	s.State = nbhosting.Stopping
	m.save(ctx, s)
	m.set(e, s, why)
	m.reached("stopping")
	m.shutDown(ctx, s)
	m.reached("shut down")
	stopCtx, cancel := context.WithTimeout(ctx, m.StopGrace+m.CallTimeout)
	defer cancel()
	if err := m.Runtime.Stop(stopCtx, instanceName(s), m.StopGrace); err != nil {
		m.Logger.Warn("server could not be stopped politely", "id", s.ID, "err", err)
	}
	m.reached("stopped")
	return m.discard(ctx, e, s, nbhosting.Stopped, why)
}

const shutdownPoll = 100 * time.Millisecond

// shutDown asks Jupyter to end itself and waits until it has, or the grace is over.
func (m *Manager) shutDown(ctx context.Context, s nbhosting.Server) {
	ctx, cancel := context.WithTimeout(ctx, m.StopGrace)
	defer cancel()
	m.Drain(ctx, s.ID)
	if err := m.client(s).Shutdown(ctx); err != nil {
		m.Logger.Warn("jupyter did not take the shutdown", "id", s.ID, "err", err)
		return
	}
	for ctx.Err() == nil {
		instance, err := m.Runtime.Inspect(ctx, instanceName(s))
		if err != nil || instance.State == runtime.Ended {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(shutdownPoll):
		}
	}
}

// StopAll stops every server, several at a time.
func (m *Manager) StopAll(ctx context.Context) error {
	var g errgroup.Group
	g.SetLimit(8)
	for _, s := range m.Servers() {
		g.Go(func() error { return m.Stop(ctx, s.Key) })
	}
	return g.Wait()
}

// discard removes all that is left of a server. What cannot be removed now is
// tried again by Reconcile, and at the next start of the program.
func (m *Manager) discard(ctx context.Context, e *entry, s nbhosting.Server, state nbhosting.ServerState, why Reason) error {
	ctx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	m.Drain(ctx, s.ID)
	s.State = state
	defer m.set(e, s, why)
	if err := m.Runtime.Remove(ctx, instanceName(s)); err != nil {
		m.Logger.Error("server could not be removed", "id", s.ID, "course", s.Key.Course, "student", s.Key.Student, "err", err)
		m.leave(s)
		return nbhosting.Because(err, nbhosting.Unavailable, "The server could not be removed: what runs it does not answer.")
	}
	m.reached("removed")
	if err := m.forget(ctx, s); err != nil {
		m.leave(s)
		return fmt.Errorf("forget server %s: %w", s.ID, err)
	}
	return nil
}

// forget drops a server's directories, then its row: as long as something of it
// is there, the next start of the program knows whose it is.
func (m *Manager) forget(ctx context.Context, s nbhosting.Server) error {
	if err := m.removeDirs(s); err != nil {
		return err
	}
	m.reached("directories removed")
	if err := m.Store.EndServer(ctx, s); err != nil {
		return err
	}
	m.reached("forgotten")
	return nil
}
