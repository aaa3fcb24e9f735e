package course

import (
	"context"
	"fmt"
	"io"

	"github.com/nbhosting/nbhosting"
)

// Recover finishes the renames and deletions of courses in the middle of which
// an earlier run of the program was killed, or undoes those that cannot be
// finished. It is to be called before anything else. Where neither can be done,
// that course stays closed, the log says why, and the others are served.
func (c *Catalog) Recover(ctx context.Context) error {
	changes, err := c.Store.Changes(ctx)
	if err != nil {
		return fmt.Errorf("read the changes of courses: %w", err)
	}
	for _, begun := range changes {
		ch := &change{Catalog: c, what: begun, log: io.Discard}
		c.Logger.Warn("a change of a course is finished, in which the program was stopped", "course", begun.Course, "action", begun.Action, "to", begun.To)
		if err := ch.resume(context.WithoutCancel(ctx)); err != nil {
			c.Logger.Error("the change of a course could not be finished", "course", begun.Course, "action", begun.Action, "to", begun.To, "err", err)
		}
	}
	return nil
}

// resume does what is left of a change.
func (ch *change) resume(ctx context.Context) error {
	if ch.what.Action != nbhosting.ChangeRename && ch.what.Action != nbhosting.ChangeDelete {
		ch.gates.close(ch.what.Course)
		return nbhosting.Errorf(nbhosting.Invalid, "There is no change of courses named %q.", ch.what.Action)
	}
	unlock, err := ch.lockAll(ctx, ch.log, ch.names()...)
	if err != nil {
		return err
	}
	defer unlock()
	if !ch.gates.close(ch.names()...) {
		return errClosed(ch.what.Course)
	}
	course, err := ch.Store.Course(ctx, ch.what.Course)
	gone := nbhosting.KindOf(err) == nbhosting.NotFound
	switch {
	case err != nil && !gone:
		return err
	case gone && ch.what.Action == nbhosting.ChangeRename:
		err = ch.Store.EndChange(ctx, ch.what.Course) // somebody mended it by hand
	default:
		ch.image = course.Image
		err = ch.carryOut(ctx, gone)
	}
	if !isStuck(err) {
		ch.gates.open(ch.names()...)
	}
	return err
}
