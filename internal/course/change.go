package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
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
	err := ch.sync()
	if err == nil {
		err = ch.arrived("begin")
	}
	if err != nil {
		return ch.undo(ctx, ch.steps(), err)
	}
	return ch.carryOut(ctx, false)
}

// sync makes sure that what was done is on the disks.
func (ch *change) sync() error {
	seen := map[disk.Mount]bool{}
	for _, dir := range slices.Concat([]string{".", studentsDir, trashDir}, workDirs(), madeDirs()) {
		path := filepath.Join(ch.Root, dir)
		if there, err := isThere(path); err != nil || !there {
			if err != nil {
				return err
			}
			continue
		}
		m, err := disk.MountOf(path + "/.")
		if err != nil {
			return err
		}
		if seen[m] {
			continue
		}
		seen[m] = true
		if err := disk.Sync(path); err != nil {
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
	return disk.RemoveIn(root, name)
}
