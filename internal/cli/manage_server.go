package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) manageServerCommands() []*cobra.Command {
	return []*cobra.Command{e.manageDestroy(), e.manageContainers()}
}

func (e *env) manageDestroy() *cobra.Command {
	return &cobra.Command{
		Use:               "course-destroy-student-container COURSE STUDENT…",
		Short:             "Stop the servers of students in a course (nbhosting server stop)",
		Args:              cobra.MinimumNArgs(2),
		RunE:              func(cmd *cobra.Command, args []string) error { return e.stopServers(cmd.Context(), args[0], args[1:]) },
		ValidArgsFunction: e.completeServers,
	}
}

func (e *env) manageContainers() *cobra.Command {
	c := &cobra.Command{
		Use:   "containers [PATTERN…]",
		Short: "List the servers that run (nbhosting server list)",
		Long: "List the servers that run: all, or those whose container's name, COURSE-x-STUDENT, a pattern fits. The list is printed once:\n" +
			"-p, -c and -i mean nothing.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.listServers(cmd.Context(), func(s web.ServerLine) bool {
				container := string(s.Course) + "-x-" + string(s.Student)
				return len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return matchesPolicy(arg, container) })
			})
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	c.Flags().StringP("period", "p", "", "means nothing here")
	c.Flags().BoolP("c", "c", false, "means nothing here")
	c.Flags().BoolP("i", "i", false, "means nothing here")
	return c
}
