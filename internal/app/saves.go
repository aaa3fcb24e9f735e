package app

import (
	"context"
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/work"
)

// saves has every notebook that a server has saved kept as a version. It is
// the proxy's watcher.
type saves struct {
	servers *server.Manager
	work    *work.Work

	mu   sync.RWMutex // held for reading while something is kept
	late lateSave     // is told instead, once nothing is to be kept here any more
}

// lateSave tells of a save that ended after the site was let go of. It must not wait.
type lateSave func(nbhosting.ServerID, string)

// Saved keeps what was saved before the browser hears of it: the next save of
// the same notebook comes after that.
func (s *saves) Saved(ctx context.Context, id nbhosting.ServerID, file string) {
	if nbhosting.TrimNotebookExtension(file) == file || nbhosting.CheckNotebookPath(file) != nil {
		return
	}
	key, there := s.servers.KeyOf(id)
	if !there {
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.late != nil {
		s.late(id, file)
		return
	}
	s.work.Saved(context.WithoutCancel(ctx), key, file)
}

// end has what is still saved told to late, and returns once nothing is being kept.
func (s *saves) end(late lateSave) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = late
}

// Renamed has the history go on under the new name.
func (s *saves) Renamed(ctx context.Context, id nbhosting.ServerID, from, to string) {
	key, there := s.servers.KeyOf(id)
	if !there || nbhosting.CheckNotebookPath(to) != nil {
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.late != nil {
		s.late(id, to)
		return
	}
	s.work.Renamed(context.WithoutCancel(ctx), key, from, to)
}

// Deleted has nothing to do: the versions of what a student deletes are kept.
func (*saves) Deleted(context.Context, nbhosting.ServerID, string) {}
