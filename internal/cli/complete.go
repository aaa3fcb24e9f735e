package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
)

// many is for commands that take any number of names.
const many = 0

// peekTime is how long a shell waits for what it completes words with.
const peekTime = time.Second

// peek asks the program that serves the site, if there is one and it answers at
// once. Nothing else: no site is opened because somebody presses a key.
func (e *env) peek(ctx context.Context, path string, result any) bool {
	ctx, cancel := context.WithTimeout(ctx, peekTime)
	defer cancel()
	cfg, err := e.config()
	if err != nil {
		return false
	}
	c, err := dial(ctx, cfg)
	if err != nil {
		return false
	}
	defer c.close()
	return c.get(ctx, path, result) == nil
}

// completeCourses completes the names of courses, for the first max arguments.
func (e *env) completeCourses(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		var known []course.Summary
		if most == many || len(args) < most {
			e.peek(cmd.Context(), "/api/courses", &known)
		}
		for _, c := range known {
			if !slices.Contains(args, string(c.Name)) {
				names = append(names, cobra.CompletionWithDesc(string(c.Name), c.GitURL))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeJobs completes the ids of jobs; of those that can be cancelled only,
// if that is asked for.
func (e *env) completeJobs(cancellable bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var ids []cobra.Completion
		var jobs []nbhosting.Job
		if cancellable || len(args) == 0 {
			e.peek(cmd.Context(), "/api/jobs", &jobs)
		}
		for _, j := range jobs {
			if !slices.Contains(args, string(j.ID)) && !(cancellable && j.Ended()) {
				ids = append(ids, cobra.CompletionWithDesc(string(j.ID), string(j.Kind)+" "+string(j.Course)+" "+string(j.State)))
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder // newest first
	}
}

// completeBuilds completes a course, then its builds.
func (e *env) completeBuilds(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return e.completeCourses(1)(cmd, args, word)
	}
	var ids []cobra.Completion
	if name, err := oneCourse(args); err == nil {
		var d course.Details
		e.peek(cmd.Context(), coursePath(name), &d)
		for _, b := range d.Builds {
			ids = append(ids, cobra.CompletionWithDesc(b.ID, b.Name))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// fixed completes words that are always the same.
func fixed[T ~string](words ...T) cobra.CompletionFunc {
	var all []cobra.Completion
	for _, w := range words {
		all = append(all, cobra.Completion(w))
	}
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}
