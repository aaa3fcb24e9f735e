package cli

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) serverStopCommand() *cobra.Command {
	c := e.stopCommand("stop COURSE STUDENT…", "Stop the servers of students in a course, politely")
	c.Example = "  nbhosting server stop python3 0123abcd\n  nbhosting server stop 'python*' '*' --yes"
	return c
}

// courseDestroyCommand is the same by its older name.
func (e *env) courseDestroyCommand() *cobra.Command {
	c := e.stopCommand("destroy-student-container COURSE STUDENT…", "Stop the servers of students in a course (the same as “server stop”)")
	c.Example = "  nbhosting course destroy-student-container python3 0123abcd"
	return c
}

// stopCommand stops servers under any name.
func (e *env) stopCommand(use, short string) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Long: short + ".\n\nSaves under way are finished, then Jupyter is asked to shut down. Course and students are named exactly, or by patterns: “*” stands " +
			"for any characters, “?” for one (quote it, or the shell takes it). With patterns, the servers are listed, and you are asked first.",
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.stopServers(cmd.Context(), args[0], args[1:], yes)
		},
		ValidArgsFunction: e.completeServers,
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func (e *env) stopServers(ctx context.Context, course string, students []string, yes bool) error {
	if isPattern(course) || slices.ContainsFunc(students, isPattern) {
		return e.stopFitting(ctx, course, students, yes)
	}
	var keys []nbhosting.Key
	for _, student := range students {
		key, err := nbhosting.ParseKey(course, student)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	return e.stopAll(ctx, keys)
}

// stopFitting stops the servers that run and that patterns mean.
func (e *env) stopFitting(ctx context.Context, course string, students []string, yes bool) error {
	var lines []web.ServerLine
	if err := e.get(ctx, "/api/servers", &lines); err != nil {
		return err
	}
	var keys []nbhosting.Key
	for _, l := range lines {
		if fits(course, string(l.Course)) && slices.ContainsFunc(students, func(s string) bool { return fits(s, string(l.Student)) }) {
			keys = append(keys, nbhosting.Key{Course: l.Course, Student: l.Student})
		}
	}
	if len(keys) == 0 {
		return nbhosting.Errorf(nbhosting.NotFound, "No server that runs fits.")
	}
	for _, key := range keys {
		fmt.Fprintf(e.Stderr, "%s of %s\n", oneLine(string(key.Student)), key.Course)
	}
	if !yes {
		if err := e.confirm(ctx, "stop"); err != nil {
			return err
		}
	}
	return e.stopAll(ctx, keys)
}

// stopAll stops servers, one after the other, and tells of each.
func (e *env) stopAll(ctx context.Context, keys []nbhosting.Key) error {
	stops := []web.ServerStop{}
	err := e.with(ctx, func(c *client) error {
		var errs []error
		for _, key := range keys {
			var s web.ServerStop
			err := c.call(ctx, http.MethodDelete, serverPath(key.Course, key.Student), nil, &s)
			if err == nil {
				stops = append(stops, s)
				e.tellStop(key, s)
			}
			errs = append(errs, err)
			if ctx.Err() != nil {
				break
			}
		}
		return together(errs)
	})
	if e.json && len(stops) > 0 {
		if failed := e.printJSON(stops); err == nil {
			err = failed
		}
	}
	return err
}

func (e *env) tellStop(key nbhosting.Key, s web.ServerStop) {
	switch {
	case e.json:
	case s.Stopped:
		fmt.Fprintf(e.Stdout, "stopped the server of %s in %s\n", oneLine(string(key.Student)), key.Course)
	default:
		fmt.Fprintf(e.Stdout, "%s has no server in %s\n", oneLine(string(key.Student)), key.Course)
	}
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
