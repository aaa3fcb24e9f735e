package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/config"
)

func (e *env) configCommand() *cobra.Command {
	return group("config", "Write and judge configuration files", &cobra.Command{
		Use:   "example",
		Short: "Print the whole configuration, commented, with every default",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(e.Stdout, config.Example)
			return err
		},
	}, &cobra.Command{
		Use:   "check [FILE]",
		Short: "List all that is wrong with a configuration file",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				e.configPath = args[0]
			}
			if _, err := e.config(); err != nil {
				return err
			}
			if e.json {
				return e.printJSON(map[string]bool{"good": true})
			}
			_, err := fmt.Fprintln(e.Stdout, "the configuration is good")
			return err
		},
	})
}
