package cli

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// deployKey is the key that a course's repository is read with.
type deployKey struct {
	PublicKey string `json:"public_key"`
}

func (e *env) courseKeyCommand() *cobra.Command {
	var renew bool
	c := &cobra.Command{
		Use:   "key NAME",
		Short: "Show the public half of a course's deploy key",
		Long: "Show the public half of a course's deploy key, to be entered at the git host, for reading only.\n" +
			"The private half never leaves this machine. With --renew, the old key is thrown away.",
		Example: "  nbhosting course key python3\n  nbhosting course key python3 --renew",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			method := http.MethodGet
			if renew {
				method = http.MethodPost
			}
			var key deployKey
			err = e.with(cmd.Context(), func(c *client) error {
				return c.call(cmd.Context(), method, coursePath(name)+"/key", nil, &key)
			})
			if err != nil || !e.json {
				return e.printLine(key.PublicKey, err)
			}
			return e.printJSON(key)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
	c.Flags().BoolVar(&renew, "renew", false, "make another key: the git host has to be given it")
	return c
}

func (e *env) printLine(line string, err error) error {
	if err == nil {
		_, err = fmt.Fprintln(e.Stdout, line)
	}
	return err
}
