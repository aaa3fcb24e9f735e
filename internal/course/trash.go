package course

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting/internal/disk"
)

// What people made of a course that is deleted is moved to trash/C-DATE-TIME: a
// course that gets the name later does not inherit it, and nothing of it is
// lost. There, workspaces are students/S, and the course's directory in raw is raw.

func (ch *change) trashSteps() []step {
	steps := []step{
		{
			name: "trash",
			do:   func(context.Context) error { return ch.makeTrash() },
			undo: ch.unmakeTrash,
		},
		{
			name: studentsDir + " to trash",
			do:   func(context.Context) error { return ch.trashWorkspaces() },
			undo: ch.untrashWorkspaces,
		},
	}
	for _, dir := range workDirs() {
		steps = append(steps, step{
			name: dir + " to trash",
			do:   func(context.Context) error { return disk.MoveIn(ch.dir(dir), string(ch.what.Course), ch.trash(), dir) },
			undo: func() error { return disk.MoveIn(ch.trash(), dir, ch.dir(dir), string(ch.what.Course)) },
		})
	}
	return steps
}

func (ch *change) trash(parts ...string) string {
	return filepath.Join(append([]string{ch.Root, trashDir, ch.what.Trash}, parts...)...)
}

// makeTrash makes the directories of what is put aside, if there is anything.
func (ch *change) makeTrash() error {
	found, err := ch.survey(ch.what.Course)
	if err != nil || found.isEmpty() {
		return err
	}
	dir := ch.trash()
	if len(found.students) > 0 {
		dir = ch.trash(studentsDir)
	}
	return os.MkdirAll(dir, 0o700)
}

func (ch *change) unmakeTrash() error {
	for _, dir := range []string{ch.trash(studentsDir), ch.trash()} {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (ch *change) trashWorkspaces() error {
	return ch.eachHome(ch.what.Course, func(student string, home *os.Root) error {
		to, err := os.OpenRoot(ch.trash(studentsDir))
		if err != nil {
			return err
		}
		defer to.Close()
		if err := disk.Move(home, string(ch.what.Course), to, student); err != nil {
			return err
		}
		return ch.arrived(studentsDir + "/" + student)
	})
}

func (ch *change) untrashWorkspaces() error {
	entries, err := os.ReadDir(ch.trash(studentsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		err := disk.MoveIn(ch.trash(studentsDir), e.Name(), filepath.Join(ch.dir(studentsDir), e.Name()), string(ch.what.Course))
		if err != nil {
			errs = append(errs, fmt.Errorf("put back the work of %s: %w", e.Name(), err))
		}
	}
	return errors.Join(errs...)
}
