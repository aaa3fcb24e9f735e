package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) courseCommand() *cobra.Command {
	c := group("course", "Create, publish, build, change and show courses",
		e.courseCreateCommand(), e.coursePullCommand(), e.courseListCommand(), e.courseShowCommand(), e.courseTracksCommand(),
		e.courseSetCommand(), e.courseArchiveCommand(), e.courseUnarchiveCommand(), e.courseRenameCommand(), e.courseDeleteCommand(),
		e.courseBuildImageCommand(), e.courseImageDetailsCommand(), e.courseRunBuildCommand(), e.courseBuildsCommand(),
		e.courseKeyCommand(), e.courseWebhookCommand(),
		e.courseDestroyCommand())
	c.Long = c.Short + "." + courseRule
	return c
}

func coursePath(name nbhosting.CourseName) string {
	return "/api/courses/" + url.PathEscape(string(name))
}

// eachCourse calls do for the chosen courses; that one fails does not stop the others.
func (e *env) eachCourse(ctx context.Context, ch chooser, do func(*client, course.Summary) error) error {
	return e.with(ctx, func(c *client) error {
		courses, err := c.choose(ctx, ch)
		if err != nil {
			return err
		}
		var errs []error
		for _, one := range courses {
			err := do(c, one)
			if err != nil && len(courses) > 1 {
				err = nbhosting.Errorf(nbhosting.KindOf(err), "%s: %s", one.Name, failureText(err))
			}
			errs = append(errs, err)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return together(errs)
	})
}

// together is errors.Join that keeps the kind, and the text, of all.
func together(errs []error) error {
	joined := errors.Join(errs...)
	if joined == nil {
		return nil
	}
	return nbhosting.Errorf(nbhosting.KindOf(joined), "%s", joined)
}

// courseJobs asks for a job for each of the chosen courses, and follows them.
func (e *env) courseJobs(ctx context.Context, ch chooser, detach bool, make func(course.Summary) task) error {
	return e.with(ctx, func(c *client) error {
		courses, err := c.choose(ctx, ch)
		if err != nil {
			return err
		}
		tasks := []task{}
		for _, one := range courses {
			t := make(one)
			t.about = string(one.Name)
			tasks = append(tasks, t)
		}
		return e.runAll(ctx, c, tasks, detach)
	})
}

// oneCourse is for commands that take the name of one course.
func oneCourse(args []string) (nbhosting.CourseName, error) {
	return nbhosting.ParseCourseName(args[0])
}

// labelled prints aligned lines of a label and a text.
func (e *env) labelled(lines ...[2]string) error {
	t := e.table()
	for _, l := range lines {
		if l[1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", l[0], l[1])
		}
	}
	return t.Flush()
}
