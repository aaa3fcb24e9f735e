package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) manageCourseCommands() []*cobra.Command {
	return []*cobra.Command{
		e.manageCreate(), e.managePullFromGit(), e.managePull(), e.manageAutoPull(), e.manageList(),
		e.manageShowTracks(), e.manageTracks(), e.manageRename(), e.manageDelete(), e.manageRunBuild(),
	}
}

func (e *env) manageCreate() *cobra.Command {
	var body web.NewCourse
	c := &cobra.Command{
		Use:   "course-create NAME GITURL",
		Short: "Create a course from a git repository (nbhosting course create)",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if body.GitURL, err = absoluteIfLocal(args[1]); err != nil {
				return err
			}
			body.Name = args[0]
			return e.createCourse(cmd, body, courseChange{}, false)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().StringVarP(&body.Image, "image", "i", "", "`image` that the course runs in (default: the name of the course)")
	return c
}

func (e *env) managePullFromGit() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "course-pull-from-git NAME…",
		Short: "Publish what is in the repositories of the courses named (nbhosting course pull)",
		Args:  someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.courseJobs(cmd.Context(), choice{all: all, seen: active}.of(args), false, pullTask)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	return c
}

func (e *env) managePull() *cobra.Command {
	return &cobra.Command{
		Use:   "course-pull [PATTERN…]",
		Short: "Publish what is in the repositories of courses, of all without a pattern (nbhosting course pull)",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.courseJobs(cmd.Context(), selected(args), false, pullTask)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
}

func (e *env) manageAutoPull() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "course-auto-pull NAME…",
		Short: "Pull those of the courses that are pulled automatically; “nbhosting serve” does it by itself",
		Args:  someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.autoPull(cmd.Context(), choice{all: all, seen: active}.of(args))
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	return c
}

// autoPull pulls those of the chosen courses that ask for it. That none does is
// no failure: timers call this.
func (e *env) autoPull(ctx context.Context, choose chooser) error {
	return e.with(ctx, func(c *client) error {
		courses, err := c.choose(ctx, choose)
		if err != nil {
			return err
		}
		tasks := []task{}
		for _, one := range courses {
			if one.Autopull && !one.Archived {
				t := pullTask(one)
				t.about = string(one.Name)
				tasks = append(tasks, t)
			}
		}
		if len(tasks) > 0 {
			return e.runAll(ctx, c, tasks, false)
		}
		if e.json {
			return e.printJSON(tasks)
		}
		_, err = fmt.Fprintln(e.Stdout, "no course of these is pulled automatically")
		return err
	})
}

func (e *env) manageList() *cobra.Command {
	var long int
	c := &cobra.Command{
		Use:     "course-list [PATTERN…]",
		Aliases: []string{"courses-list"},
		Short:   "List the names of courses; with -l, more of them (nbhosting course list)",
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, flag := range []string{"g", "u", "b", "s", "i"} {
				if cmd.Flags().Changed(flag) {
					return nbhosting.Errorf(nbhosting.Invalid, "Courses are not listed by people, builds or the like here: leave out -%s. See “nbhosting course list --json” and “nbhosting course builds”.", flag)
				}
			}
			var known []course.Summary
			if err := e.get(cmd.Context(), "/api/courses", &known); err != nil {
				return err
			}
			listed, err := selected(args)(known)
			switch {
			case err != nil && len(args) > 0:
				return err
			case long > 0 || e.json:
				return e.printCourses(listed)
			}
			for _, c := range listed {
				fmt.Fprintln(e.Stdout, c.Name)
			}
			return nil
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	c.Flags().CountVarP(&long, "long", "l", "image, published commit, state and repository, too")
	for _, flag := range []string{"g", "u", "b", "s"} {
		c.Flags().StringP(flag, flag, "", "not taken here")
		_ = c.Flags().MarkHidden(flag) // the flag is there
	}
	c.Flags().BoolP("i", "i", false, "not taken here")
	_ = c.Flags().MarkHidden("i")
	return c
}

func (e *env) manageRename() *cobra.Command {
	c := e.courseRenameCommand()
	c.Use, c.Example = "course-rename OLD NEW", ""
	c.Short += " (nbhosting course rename)"
	return c
}

func (e *env) manageDelete() *cobra.Command {
	c := e.courseDeleteCommand()
	c.Use, c.Example = "course-delete NAME", ""
	c.Short += " (nbhosting course delete)"
	run := c.RunE
	for _, flag := range []string{"p", "c"} {
		c.Flags().BoolP(flag, flag, false, "not taken here")
		_ = c.Flags().MarkHidden(flag) // the flag is there
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("p") || cmd.Flags().Changed("c") {
			return nbhosting.Errorf(nbhosting.Invalid, "What -p and -c removed is not told apart here. Without them, students' work goes to the trash; --purge removes it for good.")
		}
		return run(cmd, args)
	}
	return c
}

func (e *env) manageRunBuild() *cobra.Command {
	var dryRun, force, list bool
	c := &cobra.Command{
		Use:   "course-run-build COURSE [PATTERN…]",
		Short: "Render the books of a course (nbhosting course run-build)",
		Long: "Render the books of a course: all, or those whose names a pattern fits. “=x” is the name x, a pattern without “*” is part of\n" +
			"a name, and “*” stands for any characters.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			switch {
			case err != nil:
				return err
			case list:
				return e.listBuilds(cmd.Context(), name)
			case dryRun:
				return e.foretellBuilds(cmd.Context(), name, args[1:])
			}
			return e.runBuilds(cmd.Context(), name, force, false, policyBuilds(args[1:]))
		},
		ValidArgsFunction: e.completeBuilds,
	}
	dryRunFlag(c, &dryRun)
	c.Flags().BoolVarP(&force, "force", "f", false, "also what is up to date")
	c.Flags().BoolVarP(&list, "list", "l", false, "list them, and run none")
	return c
}

func (e *env) foretellBuilds(ctx context.Context, name nbhosting.CourseName, patterns []string) error {
	return e.with(ctx, func(c *client) error {
		known, err := c.builds(ctx, name)
		if err != nil {
			return err
		}
		chosen, err := policyBuilds(patterns)(known)
		if err != nil {
			return err
		}
		var would []string
		for _, b := range chosen {
			would = append(would, fmt.Sprintf("run build %s of %s", b.ID, name))
		}
		return e.foretold(would)
	})
}

// foretold says what would be done.
func (e *env) foretold(would []string) error {
	if e.json {
		return e.printJSON(map[string][]string{"would": would})
	}
	for _, what := range would {
		fmt.Fprintln(e.Stdout, "would", what)
	}
	return nil
}
