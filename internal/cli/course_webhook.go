package cli

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
)

// webhook is how a git host tells of pushes.
type webhook struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

func (e *env) courseWebhookCommand() *cobra.Command {
	var renew, remove bool
	c := &cobra.Command{
		Use:   "webhook NAME",
		Short: "Show, make or remove the webhook through which a git host tells of pushes",
		Long: "Show the webhook through which a git host tells of pushes: its address and secret, to be entered there (content type JSON).\n" +
			"With --renew it is made, or given another secret; with --remove, pushes are not listened to any more.",
		Example: "  nbhosting course webhook python3 --renew\n  nbhosting course webhook python3 --remove",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			switch {
			case err != nil:
				return err
			case renew && remove:
				return misusef("give --renew or --remove, not both")
			case remove:
				return e.with(cmd.Context(), func(c *client) error {
					return c.call(cmd.Context(), http.MethodDelete, coursePath(name)+"/webhook", nil, &struct{}{})
				})
			case renew:
				return e.showWebhook(cmd.Context(), http.MethodPost, name)
			}
			return e.showWebhook(cmd.Context(), http.MethodGet, name)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
	c.Flags().BoolVar(&renew, "renew", false, "make it, or give it another secret")
	c.Flags().BoolVar(&remove, "remove", false, "remove it")
	return c
}

func (e *env) showWebhook(ctx context.Context, method string, name nbhosting.CourseName) error {
	var hook webhook
	err := e.with(ctx, func(c *client) error {
		return c.call(ctx, method, coursePath(name)+"/webhook", nil, &hook)
	})
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(hook)
	}
	return e.labelled([2]string{"address", hook.URL}, [2]string{"secret", hook.Secret})
}
