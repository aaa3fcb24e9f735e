package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Adopt takes over what an earlier run of this program left: servers that run
// and answer are ready again; what is half-started, half-stopped or unknown is
// removed. It is to be called before anything else, again if it fails.
func (m *Manager) Adopt(ctx context.Context) error {
	err := m.adoptAll(ctx)
	if err != nil {
		m.unknown.Store(&err)
		return err
	}
	m.unknown.Store(nil)
	return nil
}

func (m *Manager) adoptAll(ctx context.Context) error {
	known, err := m.Store.Servers(ctx)
	if err != nil {
		return fmt.Errorf("read the servers: %w", err)
	}
	instances, err := m.Runtime.List(ctx)
	if err != nil {
		return fmt.Errorf("list what runs: %w", err)
	}
	running := map[nbhosting.ServerID]bool{}
	for _, i := range instances {
		running[nbhosting.ServerID(i.Labels[labelServer])] = i.State == runtime.Running
	}
	var g errgroup.Group
	g.SetLimit(16)
	ours := map[nbhosting.ServerID]bool{}
	for _, s := range known {
		ours[s.ID] = true
		g.Go(func() error {
			m.adopt(ctx, s, running[s.ID])
			return nil
		})
	}
	for _, i := range instances {
		if !ours[nbhosting.ServerID(i.Labels[labelServer])] {
			g.Go(func() error { m.removeOrphan(ctx, i); return nil })
		}
	}
	err = g.Wait()
	m.sweep()
	return err
}

// sweep removes the directories of servers that nobody knows: of one that another
// took the place of before it could be removed. Others' directories lie beside them.
func (m *Manager) sweep() {
	for _, dir := range []string{m.RunDir, m.ScratchDir} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			m.Logger.Error("the directories of servers cannot be looked through", "dir", dir, "err", err)
		}
		for _, entry := range entries {
			if !isServerID(entry.Name()) || m.knows(nbhosting.ServerID(entry.Name())) {
				continue
			}
			if err := disk.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				m.Logger.Error("what a server left cannot be removed", "dir", dir, "id", entry.Name(), "err", err)
			}
		}
	}
}

func (m *Manager) adopt(ctx context.Context, s nbhosting.Server, running bool) {
	e := m.entry(s.Key)
	e.life.Lock()
	defer e.life.Unlock()
	if running && s.State != nbhosting.Stopping {
		ready := s
		ready.State = nbhosting.Ready
		e.set(ready)
		if _, ok := m.usable(ctx, e); ok {
			e.forgetOpened()
			e.set(s) // as it was found, for the log
			m.set(e, ready, Adopted)
			if s.State != nbhosting.Ready {
				m.save(ctx, ready)
			}
			return
		}
	}
	// The errors of discard are in the log; they must not keep the others from being adopted.
	_ = m.discard(ctx, e, s, nbhosting.Stopped, Leftover)
}
