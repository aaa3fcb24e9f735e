package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// manageName is the program of the system that this one replaces. Called by it,
// nbhosting takes its commands, those of 2019 and later ones.
const manageName = "nbh-manage"

// Groups of the commands of nbh-manage, in its help.
const (
	manageHere = "here"
	manageGone = "gone"
)

func (e *env) manageCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   manageName,
		Short: "nbhosting, by the commands of the system that it replaces",
		Long: "nbh-manage is nbhosting, by the commands of the system that it replaces. The same program called nbhosting has more of them.\n\n" +
			"Courses are chosen as there: no pattern or “*” is all of them; a pattern without “*” is part of a name; one with “*” is a\n" +
			"regular expression. Archived courses are passed over unless they are named in full. Names of commands may be written\n" +
			"with “-” or “_”." + exitCodes,
	}
	e.prepare(root)
	root.AddGroup(&cobra.Group{ID: manageHere, Title: "Commands:"}, &cobra.Group{ID: manageGone, Title: "What has another place, or none yet:"})
	e.addManaged(root, manageHere, e.manageCourseCommands()...)
	e.addManaged(root, manageHere, e.manageImageCommands()...)
	e.addManaged(root, manageHere, e.manageServerCommands()...)
	e.addManaged(root, manageGone, e.goneCommands()...)
	return root
}

// addManaged adds commands under their names as written with underscores, too.
func (e *env) addManaged(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		for _, name := range append([]string{c.Name()}, c.Aliases...) {
			if underscored := strings.ReplaceAll(name, "-", "_"); underscored != name {
				c.Aliases = append(c.Aliases, underscored)
			}
		}
		root.AddCommand(c)
	}
}

// dryRunFlag adds the flag that lets a command say what it would do.
func dryRunFlag(cmd *cobra.Command, dryRun *bool) {
	cmd.Flags().BoolVarP(dryRun, "dry-run", "n", false, "say what would be done, and do nothing")
}
