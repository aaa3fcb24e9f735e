package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) serverLogsCommand() *cobra.Command {
	var lines int
	c := &cobra.Command{
		Use:     "logs COURSE STUDENT",
		Short:   "Print the last lines that a student's server printed, without its secrets",
		Example: "  nbhosting server logs python3 0123abcd --lines 500",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := nbhosting.ParseKey(args[0], args[1])
			if err != nil {
				return err
			}
			if lines < 1 {
				return misusef("--lines: %d is not a number of lines", lines)
			}
			var log web.ServerLog
			if err := e.get(cmd.Context(), fmt.Sprintf("%s/log?lines=%d", serverPath(key.Course, key.Student), lines), &log); err != nil {
				return err
			}
			if e.json {
				return e.printJSON(log)
			}
			_, err = fmt.Fprint(e.Stdout, log.Output)
			return err
		},
		ValidArgsFunction: e.completeServers,
	}
	c.Flags().IntVarP(&lines, "lines", "n", 100, "how many `lines`, at most")
	return c
}
