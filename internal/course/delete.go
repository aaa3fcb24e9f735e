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
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// DeleteOptions say how to delete a course.
type DeleteOptions struct {
	Force bool // stop the servers that run, politely; else they are a Conflict
	Purge bool // remove the students' work as well, for good
}

// Delete removes a course. What people made is put aside, below trash: students'
// workspaces, statistics, the site's own settings of the course; or it is
// removed as well, if the options say so. Lines that say what is done, and where
// the work is, go to log. With an error of another kind than Unavailable, nothing was changed.
func (c *Catalog) Delete(ctx context.Context, name nbhosting.CourseName, o DeleteOptions, log io.Writer) error {
	course, err := c.Course(ctx, name)
	if err != nil {
		return err
	}
	if err := c.mayEmpty(name, o.Force); err != nil {
		return err
	}
	ch := &change{Catalog: c, log: log, what: nbhosting.CourseChange{Course: name, Action: nbhosting.ChangeDelete}}
	return ch.alone(ctx, func(ctx context.Context) error {
		if course, err = c.Store.Course(ctx, name); err != nil {
			return err
		}
		ch.image = course.Image
		if !o.Purge {
			if ch.what.Trash, err = ch.newTrash(); err != nil {
				return err
			}
		}
		if err := ch.checkDelete(); err != nil {
			return err
		}
		return c.empty(ctx, name, o.Force, log)
	})
}

// newTrash returns a name for the directory of what is put aside, which nothing has yet.
func (ch *change) newTrash() (string, error) {
	if err := os.Mkdir(ch.dir(trashDir), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", explainMove(fmt.Errorf("make the directory trash: %w", err), ch.what.Course)
	}
	stem := string(ch.what.Course) + "-" + time.Now().Format("20060102-150405")
	for n, name := 2, stem; ; n, name = n+1, fmt.Sprintf("%s-%d", stem, n) {
		there, err := isThere(filepath.Join(ch.dir(trashDir), name))
		if err != nil || !there {
			return name, err
		}
	}
}

// checkDelete refuses what could not be done to its end, before anything is changed.
func (ch *change) checkDelete() error {
	for _, dir := range slices.Concat(madeDirs(), workDirs()) {
		into := ch.dir(dir)
		if ch.what.Trash != "" && slices.Contains(workDirs(), dir) {
			into = ch.dir(trashDir)
		}
		if err := disk.CheckMovable(ch.dir(dir), string(ch.what.Course), into); err != nil {
			return explainMove(err, ch.what.Course)
		}
	}
	return ch.eachHome(ch.what.Course, func(student string, _ *os.Root) error {
		home := filepath.Join(ch.dir(studentsDir), student)
		into := home
		if ch.what.Trash != "" {
			into = ch.dir(trashDir)
		}
		return explainMove(disk.CheckMovable(home, string(ch.what.Course), into), ch.what.Course)
	})
}

func (ch *change) deleteSteps() []step {
	var steps []step
	if ch.what.Trash != "" {
		steps = ch.trashSteps()
	}
	steps = append(
		steps,
		step{name: "sync", do: func(context.Context) error { return ch.sync() }},
		step{name: "database", do: ch.forget, bound: true},
		step{name: "links", do: func(context.Context) error { return ch.removeLinks() }},
	)
	dirs := madeDirs()
	if ch.what.Trash == "" {
		dirs = slices.Concat(dirs, workDirs())
		steps = append(steps, step{name: studentsDir, do: func(context.Context) error { return ch.removeWorkspaces() }})
	}
	for _, dir := range dirs {
		steps = append(steps, step{name: dir, do: func(context.Context) error { return remove(ch.dir(dir), string(ch.what.Course)) }})
	}
	return append(
		steps,
		step{name: "sync again", do: func(context.Context) error { return ch.sync() }},
		step{name: "end", do: func(ctx context.Context) error {
			ch.tellDeleted()
			return ch.Store.EndChange(ctx, ch.what.Course)
		}},
	)
}

func (ch *change) forget(ctx context.Context) error {
	if err := ch.Store.ForgetCourse(ctx, ch.what.Course); err != nil {
		return err
	}
	if ch.Jobs != nil {
		ch.Jobs.ForgetCourse(ch.what.Course)
	}
	return nil
}

// removeLinks removes the links to the current revision. What another system
// left in their place is made of the repository too.
func (ch *change) removeLinks() error {
	for _, link := range revision.Links(ch.what.Course) {
		if err := remove(ch.dir(filepath.Dir(link.Path)), filepath.Base(link.Path)); err != nil {
			return err
		}
	}
	return nil
}

func (ch *change) removeWorkspaces() error {
	return ch.eachHome(ch.what.Course, func(student string, home *os.Root) error {
		if err := disk.RemoveIn(home, string(ch.what.Course)); err != nil {
			return err
		}
		return ch.arrived(studentsDir + "/" + student)
	})
}

func (ch *change) tellDeleted() {
	fmt.Fprintf(ch.log, "the course %s is deleted\n", ch.what.Course)
	there, err := isThere(filepath.Join(ch.dir(trashDir), ch.what.Trash))
	switch {
	case ch.what.Trash == "":
		fmt.Fprintln(ch.log, "what students did in it is removed as well")
	case err == nil && !there:
		fmt.Fprintln(ch.log, "there was no work of students in it")
	default:
		fmt.Fprintf(ch.log, "what students did in it, the history of that, its statistics and the site's own settings of it are in %s/%s in the data directory; "+
			"remove that directory when nobody needs them any more\n", trashDir, ch.what.Trash)
	}
	if ch.image != "" {
		fmt.Fprintf(ch.log, "the image %s stays: other courses may use it\n", ch.image)
	}
}
