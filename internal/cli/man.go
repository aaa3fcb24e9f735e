package cli

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (e *env) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands to a directory",
		Long: "Write the manual pages of all commands to a directory: one for each command, in section 1, and those of nbh-manage.\n" +
			"Their date is $SOURCE_DATE_EPOCH, else that of the commit that the program was built from.",
		Example: "  nbhosting man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return e.writeManual(args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
}

func (e *env) writeManual(dir string) error {
	date, err := manualDate()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, root := range []*cobra.Command{e.nbhostingCommand(), e.manageCommand()} {
		root.InitDefaultCompletionCmd()
		header := &doc.GenManHeader{Section: "1", Date: &date, Source: "nbhosting " + e.Version, Manual: "nbhosting"}
		if err := doc.GenManTreeFromOpts(root, doc.GenManTreeOptions{Header: header, Path: dir, CommandSeparator: "-"}); err != nil {
			return fmt.Errorf("write the manual: %w", err)
		}
	}
	return nil
}

// manualDate is the same whenever and wherever the same source is built.
func manualDate() (time.Time, error) {
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is no number of seconds: %w", err)
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		for _, s := range info.Settings {
			if s.Key != "vcs.time" {
				continue
			}
			if date, err := time.Parse(time.RFC3339, s.Value); err == nil {
				return date.UTC(), nil
			}
		}
	}
	return time.Unix(0, 0).UTC(), nil
}
