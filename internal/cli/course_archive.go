package cli

import (
	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) courseArchiveCommand() *cobra.Command {
	return e.archiveCommand(true, cobra.Command{
		Use:   "archive NAME…",
		Short: "Leave courses alone: neither pull nor build nor list them",
		Long: "Leave courses alone: they are neither pulled nor built, and not listed unless asked for. Nothing of them is removed,\n" +
			"and their notebooks still open." + courseRule,
		Example: "  nbhosting course archive python-2019",
	})
}

func (e *env) courseUnarchiveCommand() *cobra.Command {
	return e.archiveCommand(false, cobra.Command{
		Use:     "unarchive NAME…",
		Short:   "Take courses out of the archive",
		Long:    "Take courses out of the archive. Here, patterns mean archived courses only.",
		Example: "  nbhosting course unarchive 'python-*'",
	})
}

func (e *env) archiveCommand(archived bool, c cobra.Command) *cobra.Command {
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		seen := func(c course.Summary) bool { return c.Archived != archived }
		return e.changeCourses(cmd, choice{seen: seen}.of(args), courseChange{Archived: &archived})
	}
	c.ValidArgsFunction = e.completeCourses(many)
	return &c
}
