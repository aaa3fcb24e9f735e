package app

import (
	"context"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/work"
)

// saves has every notebook that a server has saved kept as a version. It is
// the proxy's watcher.
type saves struct {
	servers *server.Manager
	work    *work.Work
}

// Saved keeps what was saved before the browser hears of it: the next save of
// the same notebook comes after that.
func (s saves) Saved(ctx context.Context, id nbhosting.ServerID, file string) {
	if nbhosting.TrimNotebookExtension(file) == file || nbhosting.CheckNotebookPath(file) != nil {
		return
	}
	key, there := s.servers.KeyOf(id)
	if !there {
		return
	}
	s.work.Saved(context.WithoutCancel(ctx), key, file)
}

// Renamed begins a history under the new name; the old one stays where it is.
func (s saves) Renamed(ctx context.Context, id nbhosting.ServerID, _, to string) {
	s.Saved(ctx, id, to)
}

// Deleted has nothing to do: the versions of what a student deletes are kept.
func (saves) Deleted(context.Context, nbhosting.ServerID, string) {}
