package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// RenameOptions say how to rename a course.
type RenameOptions struct {
	Force bool // stop the servers that run, politely; else they are a Conflict
}

// RenameImage gives an image another name as well. It leaves the old one, which
// other courses may use. It is called again with the same names after a crash.
type RenameImage func(ctx context.Context, old, name string) error

// Rename gives a course another name, with all that is of it: settings, clone,
// revisions, students' workspaces, statistics. Either all of that has the new
// name when it returns, or, with an error, nothing has. Lines that say what is
// done go to log.
//
// The lines of events.raw go on to name the course as it was called when they
// were written: the file is the record of what happened, and its directory says
// which course it is of.
func (c *Catalog) Rename(ctx context.Context, old, name nbhosting.CourseName, o RenameOptions, log io.Writer) error {
	if _, err := nbhosting.ParseCourseName(string(name)); err != nil {
		return err
	}
	if old == name {
		return nbhosting.Errorf(nbhosting.Invalid, "The course is named %q already.", name)
	}
	course, err := c.Course(ctx, old)
	if err != nil {
		return err
	}
	if err := c.mayEmpty(old, o.Force); err != nil {
		return err
	}
	ch := &change{
		Catalog: c, log: log,
		what: nbhosting.CourseChange{Course: old, Action: nbhosting.ChangeRename, To: name},
	}
	return ch.alone(ctx, func(ctx context.Context) error {
		if course, err = c.Store.Course(ctx, old); err != nil {
			return err
		}
		ch.image = course.Image
		if err := ch.checkRename(ctx); err != nil {
			return err
		}
		return c.empty(ctx, old, o.Force, log)
	})
}

// checkRename refuses what could not be done to its end, before anything is changed.
func (ch *change) checkRename(ctx context.Context) error {
	if _, err := ch.Store.Course(ctx, ch.what.To); nbhosting.KindOf(err) != nbhosting.NotFound {
		return errors.Join(nbhosting.Errorf(nbhosting.Conflict, "There is a course named %q already.", ch.what.To), err)
	}
	if err := ch.checkFree(); err != nil {
		return err
	}
	for _, dir := range slices.Concat(madeDirs(), workDirs()) {
		if err := checkMovable(ch.dir(dir), string(ch.what.Course), ch.dir(dir)); err != nil {
			return explainMove(err, ch.what.Course)
		}
	}
	return ch.eachHome(ch.what.Course, func(student string, _ *os.Root) error {
		home := filepath.Join(ch.dir(studentsDir), student)
		return explainMove(checkMovable(home, string(ch.what.Course), home), ch.what.Course)
	})
}

// checkFree refuses a new name of which there is something already: it would be
// mixed up with the course's.
func (ch *change) checkFree() error {
	left, err := ch.survey(ch.what.To)
	if err != nil {
		return err
	}
	if n := len(left.students); n > 0 {
		return nbhosting.Errorf(nbhosting.Conflict, "There are workspaces of %d students named %q, from a course of that name that is gone: "+
			"they would be mixed up. Take another name, or move them away.", n, ch.what.To)
	}
	taken := left.dirs
	for _, dir := range madeDirs() {
		there, err := isThere(filepath.Join(ch.dir(dir), string(ch.what.To)))
		if err != nil {
			return err
		}
		if there {
			taken = append(taken, dir)
		}
	}
	for link, part := range partLinks(ch.what.To) {
		there, err := isThere(ch.dir(link))
		if err != nil {
			return err
		}
		if there && !isOurLink(ch.dir(link), ch.what.To, part) {
			taken = append(taken, filepath.Dir(link))
		}
	}
	if len(taken) > 0 {
		slices.Sort(taken)
		return nbhosting.Errorf(nbhosting.Conflict, "There is something named %q already in %s, from a course of that name that is gone. "+
			"Take another name, or move it away.", ch.what.To, strings.Join(taken, ", "))
	}
	return nil
}

func (ch *change) renameSteps() []step {
	var steps []step
	old, name := string(ch.what.Course), string(ch.what.To)
	for _, dir := range slices.Concat(madeDirs(), workDirs()) {
		steps = append(steps, step{
			name: dir,
			do:   func(context.Context) error { return moveIn(ch.dir(dir), old, ch.dir(dir), name) },
			undo: func() error { return moveIn(ch.dir(dir), name, ch.dir(dir), old) },
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
	for link, part := range partLinks(old) {
		dir := ch.dir(filepath.Dir(link))
		if !isOurLink(ch.dir(link), old, part) { // of another system, or there is none
			if err := moveIn(dir, string(old), dir, string(name)); err != nil {
				return err
			}
			continue
		}
		err := os.Symlink(partTarget(name, part), filepath.Join(dir, string(name)))
		if err != nil && !isOurLink(filepath.Join(dir, string(name)), name, part) {
			return err
		}
		if err := os.Remove(ch.dir(link)); err != nil {
			return err
		}
	}
	return nil
}

// partTarget is what the link to a part of the current revision holds.
func partTarget(name nbhosting.CourseName, part string) string {
	return filepath.Join("..", "revisions", string(name), currentLink, part)
}

func isOurLink(path string, name nbhosting.CourseName, part string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return false
	}
	target, err := os.Readlink(path)
	return err == nil && target == partTarget(name, part)
}

func (ch *change) renameWorkspaces(old, name nbhosting.CourseName, done func(step string) error) error {
	moved := 0
	err := ch.eachHome(old, func(student string, home *os.Root) error {
		if err := move(home, string(old), home, string(name)); err != nil {
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
