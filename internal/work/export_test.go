package work

import (
	"context"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// Looked is a notebook as somebody has looked at it: what follows is done later.
type Looked struct {
	n      notebook
	theirs offered
}

// Look looks at a notebook.
func (w *Work) Look(place workspace.Workspace, r *revision.Revision, file string) (Looked, error) {
	n, err := w.at(place, file)
	if err != nil {
		return Looked{}, err
	}
	theirs, err := n.offered(r)
	return Looked{n, theirs}, err
}

// Notice does the rest of an arrival.
func (l Looked) Notice(ctx context.Context) error { return l.n.notice(ctx, l.theirs) }

// Merge does the rest of a merge.
func (l Looked) Merge(ctx context.Context) (Merged, error) {
	has, err := l.n.news(l.theirs)
	if err != nil {
		return Merged{}, err
	}
	return l.n.merge(ctx, has, merge.Options{})
}
