package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) manageServerCommands() []*cobra.Command {
	return []*cobra.Command{e.manageDestroy(), e.manageContainers()}
}

func (e *env) manageDestroy() *cobra.Command {
	return e.stopCommand("course-destroy-student-container COURSE STUDENT…", "Stop the servers of students in a course (nbhosting server stop)")
}

func (e *env) manageContainers() *cobra.Command {
	var every seconds
	c := &cobra.Command{
		Use:   "containers [PATTERN…]",
		Short: "List the servers that run (nbhosting server list)",
		Long: "List the servers that run: all, or those whose container's name, COURSE-x-STUDENT, a pattern fits. The list is printed once, or\n" +
			"with -p, on a terminal, every so many seconds. -c and -i mean nothing.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !isTerminal(e.rawStdout) {
				every = 0
			}
			return e.watch(cmd.Context(), time.Duration(every), func(ctx context.Context) error {
				return e.listServers(ctx, func(s web.ServerLine) bool {
					container := string(s.Course) + "-x-" + string(s.Student)
					return len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return matchesPolicy(arg, container) })
				})
			})
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	c.Flags().VarP(&every, "period", "p", "print it again every so many `seconds`")
	c.Flags().BoolP("c", "c", false, "means nothing here")
	c.Flags().BoolP("i", "i", false, "means nothing here")
	return c
}

// seconds is a duration that is written as a number.
type seconds time.Duration

func (s *seconds) Set(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e6 {
		return fmt.Errorf("%q is not a number of seconds", text)
	}
	*s = seconds(n * float64(time.Second))
	return nil
}

func (s *seconds) String() string {
	return strconv.FormatFloat(time.Duration(*s).Seconds(), 'g', -1, 64)
}

func (s *seconds) Type() string { return "seconds" }
