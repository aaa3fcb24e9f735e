package course

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
)

// step is a part of a change. Both functions may be called when their work has
// been done already, in whole or in part.
type step struct {
	name string
	do   func(context.Context) error
	undo func() error // nil: there is nothing to undo
	// bound is said of a step after which the change is finished, come what may.
	bound bool
}

// errStuck is said of a change that could be neither finished nor undone.
var errStuck = errors.New("the change of a course is stuck")

func isStuck(err error) bool { return errors.Is(err, errStuck) }

// carryOut does all steps; bound tells that the change cannot be undone any more.
func (ch *change) carryOut(ctx context.Context, bound bool) error {
	steps := ch.steps()
	for _, s := range steps {
		err := s.do(ctx)
		bound = bound || s.bound && err == nil
		if err == nil {
			err = ch.arrived(s.name)
		}
		switch {
		case err != nil && bound:
			return nbhosting.Because(errors.Join(errStuck, fmt.Errorf("step %s: %w", s.name, err)), nbhosting.Unavailable,
				"The course %q is gone, but not all of its files are: the log says why. When nbhosting is started again, it removes the rest.", ch.what.Course)
		case err != nil:
			return ch.undo(ctx, steps, fmt.Errorf("step %s: %w", s.name, err))
		}
	}
	ch.Logger.Info("course changed", "course", ch.what.Course, "action", ch.what.Action, "to", ch.what.To, "trash", ch.what.Trash)
	return nil
}

// undo undoes all steps, those too that were not come to: another run of the
// program may have done them.
func (ch *change) undo(ctx context.Context, steps []step, cause error) error {
	var errs []error
	for _, s := range slices.Backward(steps) {
		if s.undo != nil {
			errs = append(errs, s.undo())
		}
	}
	errs = append(errs, ch.sync())
	if err := errors.Join(errs...); err != nil {
		return ch.stuck(errors.Join(cause, fmt.Errorf("undo: %w", err)))
	}
	if err := ch.Store.EndChange(ctx, ch.what.Course); err != nil {
		go ch.keepEnding(ctx)
		return nbhosting.Because(errors.Join(errStuck, cause, fmt.Errorf("end the change: %w", err)), nbhosting.Unavailable,
			"What was begun with the course %q failed and is undone, but that cannot be written down: is the disk full? The course stays closed until it can. "+
				"If nbhosting is started anew before that, it tries once more.", ch.what.Course)
	}
	return explainMove(cause, ch.what.Course)
}

// endPause is between two tries to write down that a change was undone.
const endPause = time.Second

// keepEnding opens the course again as soon as it is written down that nothing
// is to be done to it any more: if that were lost, the next start of the program
// would do it, under servers that run.
func (ch *change) keepEnding(ctx context.Context) {
	for {
		select {
		case <-ch.ended:
			return
		case <-time.After(endPause):
		}
		if ch.Store.EndChange(ctx, ch.what.Course) == nil {
			ch.gates.open(ch.names()...)
			ch.Logger.Info("a course is open again, the change of which was undone", "course", ch.what.Course)
			return
		}
	}
}

func (ch *change) stuck(err error) error {
	return nbhosting.Because(errors.Join(errStuck, err), nbhosting.Unavailable,
		"What was begun with the course %q could be neither finished nor undone; the course stays closed. The log says why: when that is mended, start nbhosting again, which finishes it.", ch.what.Course)
}

// arrived tells a test that a step is done.
func (ch *change) arrived(step string) error {
	if ch.reached == nil {
		return nil
	}
	return ch.reached(step)
}
