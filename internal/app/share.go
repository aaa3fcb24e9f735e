package app

import (
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// newSnapshots returns what shares notebooks.
func (a *App) newSnapshots(workspaces *workspace.Workspaces) *snapshot.Snapshots {
	s := a.cfg.Shares
	return snapshot.New(snapshot.Options{
		Root: a.cfg.Root, Courses: a.courses, Workspaces: workspaces, Runner: a.engine, UID: a.cfg.UIDs.Last, Logger: a.log,
		Memory: int64(s.Memory), Timeout: s.Timeout, Parallel: s.Parallel, MaxBytes: int64(s.Room),
	})
}
