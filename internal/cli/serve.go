package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/app"
)

func (e *env) serveCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the site until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.serve(cmd.Context(), listen)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "`address` and port, in place of the configuration's")
	return c
}

func (e *env) serve(ctx context.Context, listen string) (err error) {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	if listen != "" {
		if cfg.PublicURL == "http://"+cfg.Listen { // nobody said otherwise
			cfg.PublicURL = "http://" + listen
		}
		cfg.Listen = listen
	}
	a, err := app.Open(ctx, cfg, e.Version, newLogger(cfg.Log, e.Stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Serve(ctx, nil)
}
