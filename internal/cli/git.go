package cli

import (
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

func (e *env) gitCommand() *cobra.Command {
	return group("git", "The hosts that courses come from", &cobra.Command{
		Use:   "forget-host HOST",
		Short: "Forget the ssh key of a git host, and take the next it shows",
		Long: "Forget the ssh key of a git host. The key that a host shows at first is kept, and another is refused from then on.\n" +
			"Do this when the host tells that it has a new one, and only then.",
		Example: "  nbhosting git forget-host github.com\n  nbhosting git forget-host '[git.example.org]:2222'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd.Context(), func(c *client) error {
				return c.call(cmd.Context(), http.MethodPost, "/api/hosts/"+url.PathEscape(args[0])+"/forget", struct{}{}, &struct{}{})
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	})
}
