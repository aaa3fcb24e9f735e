package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

// deletion is how a course is to be deleted.
type deletion struct{ yes, force, purge, detach bool }

func (e *env) courseDeleteCommand() *cobra.Command {
	var d deletion
	c := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a course",
		Long: "Delete a course. Students' work in it, its statistics and the site's own settings of it go to the directory “trash” of the data\n" +
			"directory; with --purge they are removed for good. It is refused while servers of the course run, unless forced.\n\n" +
			"The command says what will be done, and asks for the name of the course again. “course archive” is a milder way.",
		Example: "  nbhosting course delete python-2019\n  nbhosting course delete python-2019 --yes --force",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			return e.deleteCourse(cmd.Context(), name, d)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
	c.Flags().BoolVarP(&d.yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVarP(&d.force, "force", "f", false, "stop the servers of the course first, politely")
	c.Flags().BoolVar(&d.purge, "purge", false, "remove students' work, too, for good")
	detachFlag(c, &d.detach)
	return c
}

func (e *env) deleteCourse(ctx context.Context, name nbhosting.CourseName, d deletion) error {
	if !d.yes {
		if !e.Interactive {
			return errNobodyToAsk
		}
		if err := e.with(ctx, func(c *client) error { return e.foretell(ctx, c, name, d) }); err != nil {
			return err
		}
		if err := e.confirm(ctx, string(name)); err != nil {
			return err
		}
	}
	query := url.Values{}
	if d.force {
		query.Set("force", "1")
	}
	if d.purge {
		query.Set("purge", "1")
	}
	path := coursePath(name)
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return e.runOne(ctx, task{method: http.MethodDelete, path: path}, d.detach)
}

// foretell says what will be deleted. The site is let go of before somebody thinks about it.
func (e *env) foretell(ctx context.Context, c *client, name nbhosting.CourseName, d deletion) error {
	var shown course.Details
	if err := c.get(ctx, coursePath(name), &shown); err != nil {
		return err
	}
	fmt.Fprintf(e.Stderr, "This deletes the course %s, from %s, with its builds and all that is published of it.\n", name, shown.GitURL)
	if d.purge {
		fmt.Fprintln(e.Stderr, "All that students did in it, its statistics and the site's own settings of it are removed FOR GOOD.")
	} else {
		fmt.Fprintln(e.Stderr, "What students did in it, its statistics and the site's own settings of it go to the trash.")
	}
	var servers []web.ServerLine
	if err := c.get(ctx, "/api/servers", &servers); err != nil {
		return nil // the deletion itself will say what is the matter
	}
	running := 0
	for _, s := range servers {
		if s.Course == name {
			running++
		}
	}
	switch {
	case running > 0 && d.force:
		fmt.Fprintf(e.Stderr, "%s of it will be stopped.\n", counted(running, "server", "servers"))
	case running > 0:
		fmt.Fprintf(e.Stderr, "It will be refused: %s of it now (--force stops them).\n", counted(running, "server runs", "servers run"))
	}
	return nil
}
