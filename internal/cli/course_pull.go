package cli

import (
	"net/http"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) coursePullCommand() *cobra.Command {
	var all, detach bool
	c := &cobra.Command{
		Use:   "pull NAME…",
		Short: "Publish what is now in the repositories of courses",
		Long: "Publish what is now in the repositories of courses. Servers that run see it at once; a pull that fails changes nothing.\n\n" +
			"All pulls are asked for at once, and followed one after the other; to interrupt the command cancels them." + courseRule,
		Example: "  nbhosting course pull python3\n" +
			"  nbhosting course pull 'python*' bio\n" +
			"  nbhosting course pull --all --detach",
		Args: someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.courseJobs(cmd.Context(), choice{all: all, seen: active}.of(args), detach, pullTask)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	detachFlag(c, &detach)
	return c
}

func pullTask(c course.Summary) task {
	return task{method: http.MethodPost, path: coursePath(c.Name) + "/pull"}
}
