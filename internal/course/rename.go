package course

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/revision"
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
		if err := disk.CheckMovable(ch.dir(dir), string(ch.what.Course), ch.dir(dir)); err != nil {
			return explainMove(err, ch.what.Course)
		}
	}
	return ch.eachHome(ch.what.Course, func(student string, _ *os.Root) error {
		home := filepath.Join(ch.dir(studentsDir), student)
		return explainMove(disk.CheckMovable(home, string(ch.what.Course), home), ch.what.Course)
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
	for _, link := range revision.Links(ch.what.To) {
		there, err := isThere(ch.dir(link.Path))
		if err != nil {
			return err
		}
		if there && !link.IsIn(ch.Root) {
			taken = append(taken, filepath.Dir(link.Path))
		}
	}
	if len(taken) > 0 {
		slices.Sort(taken)
		return nbhosting.Errorf(nbhosting.Conflict, "There is something named %q already in %s, from a course of that name that is gone. "+
			"Take another name, or move it away.", ch.what.To, strings.Join(taken, ", "))
	}
	return nil
}
