package work

import (
	"context"
	"errors"

	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// Arrive makes a notebook ready for a student who opens it: a copy is made of the
// course's if they have none, what changed while nobody looked is kept, and a
// copy that they never changed follows the course, unless it is in a clone.
func (w *Work) Arrive(ctx context.Context, place workspace.Workspace, r *revision.Revision, file string) error {
	defer w.lock(place.Key(), file)()
	n, err := w.at(place, file)
	if errors.Is(err, workspace.ErrTooLarge) { // only in Jupyter can it be made smaller
		n.complain("a notebook was not looked after", err)
		return nil
	}
	if err != nil {
		return err
	}
	theirs, err := n.offered(r)
	if err != nil {
		return err
	}
	if n.content == nil {
		return n.copy(ctx, theirs, r)
	}
	if err := n.notice(ctx, theirs); err != nil {
		// Whoever cannot be told of news must still be let in to their work.
		n.complain("a notebook was not looked after", err)
	}
	return nil
}

// copy gives the student the course's notebook. Nothing is copied where the
// course has none.
func (n notebook) copy(ctx context.Context, theirs offered, r *revision.Revision) error {
	if theirs.content == nil {
		return nil
	}
	source, err := r.Open(theirs.file)
	if err != nil {
		return err
	}
	defer source.Close()
	copied, err := n.place.Copy(source, n.file)
	if err != nil || !copied {
		return err
	}
	if _, err := n.History.Keep(ctx, n.key, n.file, theirs.content, theirs.note(history.Copied)); err != nil {
		n.complain("the first version could not be kept", err)
	}
	return nil
}

// notice keeps what is there, and takes the course's new version for a copy that
// was never changed.
func (n notebook) notice(ctx context.Context, theirs offered) error {
	latest, known, err := n.History.Latest(n.key, n.file)
	if err != nil {
		return err
	}
	present := sum(n.content)
	switch {
	case !known && theirs.content != nil && present == sum(theirs.content):
		_, err = n.History.Keep(ctx, n.key, n.file, n.content, theirs.note(history.Copied))
		return err
	case !known:
		_, err = n.keep(ctx, history.Found)
	case latest.Sum != present: // by a terminal, git, an upload
		_, err = n.keep(ctx, history.Save)
	}
	if err != nil {
		return err
	}
	if n.place.IsClone() { // which the student brings up to date, with git
		return nil
	}
	news, err := n.news(theirs)
	if err != nil || news.state != fresh {
		return err
	}
	if err := theirs.check(); err != nil {
		return err
	}
	if pairs, err := n.pairs(n.content, theirs.content); err != nil || len(pairs) > 0 { // the student may work in those
		return err
	}
	_, err = n.exchange(ctx, theirs.content, kept{theirs.content, theirs.note(history.Update)})
	return err
}
