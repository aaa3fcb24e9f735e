package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) serverCommand() *cobra.Command {
	return group("server", "See and stop the students' servers", e.serverListCommand(), e.serverStopCommand())
}

func (e *env) serverListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list [COURSE…]",
		Short:   "List the servers that run",
		Long:    "List the servers that run: of all courses, or of those named (“*” stands for any characters, “?” for one).",
		Example: "  nbhosting server list\n  nbhosting server list 'python*' --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.listServers(cmd.Context(), func(s web.ServerLine) bool {
				return len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return fits(arg, string(s.Course)) })
			})
		},
		ValidArgsFunction: e.completeCourses(many),
	}
}

func (e *env) listServers(ctx context.Context, meant func(web.ServerLine) bool) error {
	var lines []web.ServerLine
	if err := e.get(ctx, "/api/servers", &lines); err != nil {
		return err
	}
	lines = slices.DeleteFunc(lines, func(s web.ServerLine) bool { return !meant(s) })
	if e.json {
		return e.printJSON(lines)
	}
	t := e.table()
	fmt.Fprintln(t, "COURSE\tSTUDENT\tSTATE\tAGE\tIMAGE")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Course, l.Student, l.State, time.Since(l.StartedAt).Round(time.Second), l.Image)
	}
	return t.Flush()
}

func (e *env) serverStopCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "stop COURSE STUDENT…",
		Short:             "Stop the servers of students in a course, politely",
		Example:           "  nbhosting server stop python3 0123abcd",
		Args:              cobra.MinimumNArgs(2),
		RunE:              func(cmd *cobra.Command, args []string) error { return e.stopServers(cmd.Context(), args[0], args[1:]) },
		ValidArgsFunction: e.completeServers,
	}
}

func (e *env) stopServers(ctx context.Context, course string, students []string) error {
	name, err := nbhosting.ParseCourseName(course)
	if err != nil {
		return err
	}
	var paths []string
	for _, arg := range students {
		student, err := nbhosting.ParseStudent(arg)
		if err != nil {
			return err
		}
		paths = append(paths, "/api/servers/"+url.PathEscape(string(name))+"/"+url.PathEscape(string(student)))
	}
	return e.with(ctx, func(c *client) error {
		var errs []error
		for _, path := range paths {
			errs = append(errs, c.call(ctx, http.MethodDelete, path, nil, &struct{}{}))
		}
		return together(errs)
	})
}

// completeServers completes a course, then the students who have a server in it.
func (e *env) completeServers(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	var lines []web.ServerLine
	e.peek(cmd.Context(), "/api/servers", &lines)
	for _, s := range lines {
		word := string(s.Course)
		if len(args) > 0 {
			word = string(s.Student)
		}
		if (len(args) == 0 || args[0] == string(s.Course)) && !slices.Contains(words, word) && !slices.Contains(args, word) {
			words = append(words, word)
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}
