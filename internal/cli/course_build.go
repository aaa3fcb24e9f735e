package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

// aBuild is a build that a course's repository says, as far as commands need it.
type aBuild struct {
	ID   string
	Name string
	Runs bool // it has a script; else it is but a link
}

func (e *env) courseRunBuildCommand() *cobra.Command {
	var force, list, detach bool
	c := &cobra.Command{
		Use:   "run-build COURSE [BUILD…]",
		Short: "Render the books that a course's repository says",
		Long: "Render the books that a course's repository says (“builds” in nbhosting.yaml): all of them, or those named by id, name or pattern.\n" +
			"What is up to date is not rendered again, unless forced.",
		Example: "  nbhosting course run-build python3\n  nbhosting course run-build python3 book --force",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			if list {
				return e.listBuilds(cmd.Context(), name)
			}
			return e.runBuilds(cmd.Context(), name, force, detach, func(known []aBuild) ([]aBuild, error) {
				return namedBuilds(known, args[1:])
			})
		},
		ValidArgsFunction: e.completeBuilds,
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "also what is up to date")
	c.Flags().BoolVarP(&list, "list", "l", false, "list them, and run none")
	detachFlag(c, &detach)
	return c
}

func (e *env) runBuilds(ctx context.Context, name nbhosting.CourseName, force, detach bool, choose func([]aBuild) ([]aBuild, error)) error {
	return e.with(ctx, func(c *client) error {
		known, err := c.builds(ctx, name)
		if err != nil {
			return err
		}
		chosen, err := choose(known)
		if err != nil {
			return err
		}
		tasks := []task{}
		for _, b := range chosen {
			tasks = append(tasks, task{
				about: b.ID, method: http.MethodPost, path: coursePath(name) + "/builds/" + url.PathEscape(b.ID), body: web.NewBuild{Force: force},
			})
		}
		return e.runAll(ctx, c, tasks, detach)
	})
}

func (c *client) builds(ctx context.Context, name nbhosting.CourseName) ([]aBuild, error) {
	var d course.Details
	if err := c.get(ctx, coursePath(name), &d); err != nil {
		return nil, err
	}
	builds := []aBuild{}
	for _, b := range d.Builds {
		builds = append(builds, aBuild{b.ID, b.Name, b.Script != ""})
	}
	if len(builds) == 0 {
		return nil, nbhosting.Errorf(nbhosting.NotFound, "The repository of %s says no builds.", name)
	}
	return builds, nil
}

// namedBuilds returns those that are meant, by the rule for courses; without
// arguments, all that can be run.
func namedBuilds(known []aBuild, args []string) ([]aBuild, error) {
	chosen := make([]bool, len(known))
	for i, b := range known {
		chosen[i] = len(args) == 0 && b.Runs
	}
	for _, arg := range args {
		met := false
		exact := func(b aBuild) bool { return b.ID == arg || b.Name == arg }
		anyExact := slices.ContainsFunc(known, exact)
		for i, b := range known {
			if exact(b) || !anyExact && isPattern(arg) && b.Runs && (fits(arg, b.ID) || fits(arg, b.Name)) {
				chosen[i], met = true, true
			}
		}
		if !met {
			return nil, noBuild(known, arg)
		}
	}
	return keepBuilds(known, chosen)
}

func keepBuilds(known []aBuild, chosen []bool) ([]aBuild, error) {
	var builds []aBuild
	for i, b := range known {
		if chosen[i] {
			builds = append(builds, b)
		}
	}
	if len(builds) == 0 {
		return nil, nbhosting.Errorf(nbhosting.NotFound, "None of the builds is to be run: they have no “script”.")
	}
	return builds, nil
}

func noBuild(known []aBuild, name string) error {
	var ids []string
	for _, b := range known {
		ids = append(ids, b.ID)
	}
	return nbhosting.Errorf(nbhosting.NotFound, "There is no build %q. There are: %s.", name, strings.Join(ids, ", "))
}

func (e *env) listBuilds(ctx context.Context, name nbhosting.CourseName) error {
	var known []aBuild
	err := e.with(ctx, func(c *client) (err error) {
		known, err = c.builds(ctx, name)
		return err
	})
	if err != nil {
		return err
	}
	if e.json {
		ids := []string{}
		for _, b := range known {
			ids = append(ids, b.ID)
		}
		return e.printJSON(ids)
	}
	t := e.table()
	fmt.Fprintln(t, "ID\tNAME\tRUNS")
	for _, b := range known {
		fmt.Fprintf(t, "%s\t%s\t%s\n", b.ID, b.Name, yesNo(b.Runs))
	}
	return t.Flush()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
