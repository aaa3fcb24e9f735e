package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
)

// A course is renamed or deleted in steps, each of which can be done twice. What
// is to be done is noted before the first one, and the note goes with or after
// the last: a program that dies in between finishes at its next start, before
// it serves anything ([Catalog.Recover]). Where a step fails, those before it
// are undone. Meanwhile the course's gate is closed, and no server of it runs.

// ChangeStore keeps what is being done to a course as a whole, and does its part of it.
type ChangeStore interface {
	// BeginChange is a Conflict if another change has to do with one of the names,
	// or servers of the course are not known to be gone.
	BeginChange(context.Context, nbhosting.CourseChange) error
	Changes(context.Context) ([]nbhosting.CourseChange, error)
	EndChange(ctx context.Context, before nbhosting.CourseName) error
	// RenameCourse takes all that is known of the course, and ends its change.
	RenameCourse(ctx context.Context, old, name nbhosting.CourseName, image string) error
	// ForgetCourse forgets all that is known of the course but its change.
	ForgetCourse(context.Context, nbhosting.CourseName) error
}

// Jobs are the jobs that somebody has in mind, beside the store.
type Jobs interface {
	RenameCourse(old, name nbhosting.CourseName)
	ForgetCourse(nbhosting.CourseName)
}

// change is one change of a course, while it is done.
type change struct {
	*Catalog
	what  nbhosting.CourseChange
	image string // that the course has; of a rename, what it will have
	log   io.Writer
}

// step is a part of a change. Both functions may be called when their work has
// been done already, in whole or in part.
type step struct {
	name string
	do   func(context.Context) error
	undo func() error // nil: there is nothing to undo
	// bound is said of a step after which the change is finished, come what may.
	bound bool
}

func (ch *change) steps() []step {
	if ch.what.Action == nbhosting.ChangeRename {
		return ch.renameSteps()
	}
	return ch.deleteSteps()
}

// names are those that nobody else may use meanwhile.
func (ch *change) names() []nbhosting.CourseName {
	if ch.what.Action == nbhosting.ChangeRename {
		return []nbhosting.CourseName{ch.what.Course, ch.what.To}
	}
	return []nbhosting.CourseName{ch.what.Course}
}

// errStuck is said of a change that could be neither finished nor undone.
var errStuck = errors.New("the change of a course is stuck")

func isStuck(err error) bool { return errors.Is(err, errStuck) }

// alone calls prepare, then does the change, while nobody else works on the
// course. If it gets stuck, the gate stays closed.
func (ch *change) alone(ctx context.Context, prepare func(context.Context) error) error {
	unlock, err := ch.lockAll(ctx, ch.log, ch.names()...)
	if err != nil {
		return err
	}
	defer unlock()
	if !ch.gates.close(ch.names()...) {
		return errClosed(ch.what.Course)
	}
	if err = prepare(ctx); err == nil {
		// From here on it is done to its end, whoever asked for it stays or not.
		err = ch.begin(context.WithoutCancel(ctx))
	}
	if !isStuck(err) {
		ch.gates.open(ch.names()...)
	}
	return err
}

func (ch *change) begin(ctx context.Context) error {
	if err := ch.Store.BeginChange(ctx, ch.what); err != nil {
		return err
	}
	// The note must not be lost where a step after it is not.
	if err := ch.sync(); err != nil {
		return errors.Join(err, ch.Store.EndChange(ctx, ch.what.Course))
	}
	if err := ch.arrived("begin"); err != nil {
		return ch.undo(ctx, ch.steps(), err)
	}
	return ch.carryOut(ctx, false)
}

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

// sync makes sure that what was done is on the disks.
func (ch *change) sync() error {
	seen := map[mount]bool{}
	for _, dir := range slices.Concat([]string{".", studentsDir, trashDir}, workDirs(), madeDirs()) {
		path := filepath.Join(ch.Root, dir)
		if there, err := isThere(path); err != nil || !there {
			if err != nil {
				return err
			}
			continue
		}
		m, err := mountOf(path + "/.")
		if err != nil {
			return err
		}
		if seen[m] {
			continue
		}
		seen[m] = true
		if err := syncFileSystem(path); err != nil {
			return fmt.Errorf("write %s to disk: %w", dir, err)
		}
	}
	return nil
}

// dir is a directory of the root.
func (ch *change) dir(name string) string { return filepath.Join(ch.Root, name) }

// remove removes a directory's entry with all that is in it, following no link.
func remove(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	return root.RemoveAll(name)
}
