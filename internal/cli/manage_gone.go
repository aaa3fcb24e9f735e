package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
)

// gone is a command of nbh-manage that has another place here, or none.
type gone struct {
	names   []string
	short   string
	instead string // a sentence or two: what to do
}

const noAccounts = "There are no accounts and no groups here yet. Who may open notebooks is said under “access:” in the configuration."

func allGone() []gone {
	return []gone{
		{[]string{"mass-register"}, "Accounts: not here yet", noAccounts},
		{[]string{"user-list"}, "Accounts: not here yet", noAccounts},
		{[]string{"group-list", "groups-list"}, "Groups: not here yet", noAccounts},
		{[]string{"course-group"}, "Groups: not here yet", noAccounts},
		{[]string{"createsuperuser", "changepassword"}, "Accounts: not here yet", "There are no accounts here yet. Who can read and write the data directory administers the site, by these commands."},
		{
			[]string{"pull-students"},
			"Students' own copies: not here yet",
			"Students' copies of notebooks are not brought up to date here yet. A notebook is copied when it is opened for the first time.",
		},
		{
			[]string{"monitor"},
			"Part of “nbhosting serve”",
			"“nbhosting serve” looks after servers by itself, and there is no other program to run. When it stops which is said under “monitor:” in the configuration.",
		},
		{
			[]string{"shell-sitesettings"},
			"Settings are in the configuration file",
			"The settings of the site are in one YAML file: “nbhosting config example” prints it with all defaults, and “nbhosting config check” judges it.",
		},
		{
			[]string{"migrate", "migrate-datamodel", "makemigrations", "showmigrations", "sqlmigrate"},
			"Done by itself",
			"The database is brought up to date by itself when nbhosting starts. There is nothing to do.",
		},
		{[]string{"collectstatic"}, "Not needed", "Pages and what belongs to them are in the program. There is nothing to collect."},
		{[]string{"runserver"}, "nbhosting serve", "“nbhosting serve” serves the site."},
		{[]string{"check"}, "nbhosting config check", "“nbhosting config check” judges the configuration."},
		{
			[]string{"shell", "dbshell", "dumpdata", "loaddata", "flush", "inspectdb", "test", "clearsessions", "diffsettings", "sendtestemail"},
			"Of Django, which is not here",
			"This was a command of Django, which is not here. Each command of nbhosting prints JSON with --json, and the database is SQLite.",
		},
	}
}

// goneCommands answer, whatever they are given, with what takes their place.
func (e *env) goneCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, g := range allGone() {
		commands = append(commands, &cobra.Command{
			Use: g.names[0], Aliases: g.names[1:], Short: g.short, Long: g.instead,
			DisableFlagParsing: true, // any may be given
			RunE: func(cmd *cobra.Command, args []string) error {
				if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
					return cmd.Help()
				}
				e.json = e.json || asksForJSON(args)
				return nbhosting.Errorf(nbhosting.NotFound, "%s: %s", cmd.CalledAs(), g.instead)
			},
			ValidArgsFunction: cobra.NoFileCompletions,
		})
	}
	return commands
}
