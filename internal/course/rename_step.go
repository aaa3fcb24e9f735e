package course

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/revision"
)

func (ch *change) renameSteps() []step {
	var steps []step
	old, name := string(ch.what.Course), string(ch.what.To)
	for _, dir := range slices.Concat(madeDirs(), workDirs()) {
		steps = append(steps, step{
			name: dir,
			do:   func(context.Context) error { return disk.MoveIn(ch.dir(dir), old, ch.dir(dir), name) },
			undo: func() error { return disk.MoveIn(ch.dir(dir), name, ch.dir(dir), old) },
		})
	}
	return append(
		steps,
		step{
			name: "links",
			do:   func(context.Context) error { return ch.relink(ch.what.Course, ch.what.To) },
			undo: func() error { return ch.relink(ch.what.To, ch.what.Course) },
		},
		step{
			name: studentsDir,
			do:   func(context.Context) error { return ch.renameWorkspaces(ch.what.Course, ch.what.To, ch.arrived) },
			undo: func() error {
				return ch.renameWorkspaces(ch.what.To, ch.what.Course, func(string) error { return nil })
			},
		},
		step{name: "image", do: ch.renameImage},
		step{name: "sync", do: func(context.Context) error { return ch.sync() }},
		step{name: "database", do: ch.commitRename, bound: true},
	)
}

// relink makes the links to the parts of the current revision those of another name.
func (ch *change) relink(old, name nbhosting.CourseName) error {
	renamed := revision.Links(name)
	for i, link := range revision.Links(old) {
		if !link.IsIn(ch.Root) { // of another system, or there is none
			dir := ch.dir(filepath.Dir(link.Path))
			if err := disk.MoveIn(dir, string(old), dir, string(name)); err != nil {
				return err
			}
			continue
		}
		err := os.Symlink(renamed[i].Target, ch.dir(renamed[i].Path))
		if err != nil && !renamed[i].IsIn(ch.Root) {
			return err
		}
		if err := os.Remove(ch.dir(link.Path)); err != nil {
			return err
		}
	}
	return nil
}

func (ch *change) renameWorkspaces(old, name nbhosting.CourseName, done func(step string) error) error {
	moved := 0
	err := ch.eachHome(old, func(student string, home *os.Root) error {
		if err := disk.Move(home, string(old), home, string(name)); err != nil {
			return err
		}
		moved++
		return done(studentsDir + "/" + student)
	})
	if err == nil && moved > 0 {
		fmt.Fprintf(ch.log, "workspaces of %d students are named %s now\n", moved, name)
	}
	return err
}

// renameImage lets an image that bears the course's name have the new one too.
// That it cannot be done is no reason to keep the course from its new name.
func (ch *change) renameImage(ctx context.Context) error {
	if ch.image != string(ch.what.Course) {
		return nil
	}
	why := "images are not renamed here"
	if ch.RenameImage != nil && checkImage(string(ch.what.To)) == nil {
		err := ch.RenameImage(ctx, ch.image, string(ch.what.To))
		if err == nil {
			fmt.Fprintf(ch.log, "the image %s is also named %s now, and the course uses that; remove the old name if no other course does\n", ch.image, ch.what.To)
			ch.image = string(ch.what.To)
			return nil
		}
		ch.Logger.Warn("an image could not be renamed", "image", ch.image, "to", ch.what.To, "err", err)
		why = nbhosting.MessageOf(err)
	}
	fmt.Fprintf(ch.log, "the course goes on using the image named %s (%s)\n", ch.image, why)
	return nil
}

func (ch *change) commitRename(ctx context.Context) error {
	if err := ch.Store.RenameCourse(ctx, ch.what.Course, ch.what.To, ch.image); err != nil {
		return err
	}
	if ch.Jobs != nil {
		ch.Jobs.RenameCourse(ch.what.Course, ch.what.To)
	}
	fmt.Fprintf(ch.log, "the course %s is named %s now; links of other sites that lead to it have to be changed there\n", ch.what.Course, ch.what.To)
	return nil
}
