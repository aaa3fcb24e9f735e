package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/web"
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

// serve serves the site; if it was started to replace a program that does, in its place.
func (e *env) serve(ctx context.Context, listen string) error {
	before, err := handover.Predecessor()
	if err != nil {
		return err
	}
	self, err := handover.Self()
	if err != nil {
		return err
	}
	cfg, err := e.serveConfig(listen)
	if err != nil {
		if before != nil {
			app.Refuse(before, err)
		}
		return err
	}
	replace := make(chan os.Signal, 1)
	signal.Notify(replace, syscall.SIGUSR2)
	defer signal.Stop(replace)
	return app.Program{
		Config: cfg, Version: e.Version, Logger: newLogger(cfg.Log, e.Stderr), Predecessor: before, Replace: replace,
		Start: func() (*handover.Successor, error) { return handover.Start(self, os.Args[1:]) },
	}.Run(ctx)
}

func (e *env) serveConfig(listen string) (config.Config, error) {
	cfg, err := e.config()
	if err != nil {
		return config.Config{}, err
	}
	if listen != "" {
		if cfg.PublicURL == "http://"+cfg.Listen { // nobody said otherwise
			cfg.PublicURL = "http://" + listen
		}
		cfg.Listen = listen
	}
	return cfg, nil
}

func (e *env) restartCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restart",
		Short: "Replace the program that serves the site by a new one, while it serves",
		Long: "Replace the program that serves the site by the one that is now installed in its place, with the configuration as it is now.\n\n" +
			"Nobody is refused meanwhile: who comes waits, for a second or less; what is being saved is saved; pages of Jupyter find their kernels again. " +
			"Servers that are starting are waited for, and jobs for a minute; those that take longer are interrupted. " +
			"If the new program cannot serve the site, the old one goes on.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.restart(cmd.Context()) },
	}
}

func (e *env) restart(ctx context.Context) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	c, err := dial(ctx, cfg)
	if errors.Is(err, errNotServed) {
		return nbhosting.Errorf(nbhosting.Conflict, "Nobody serves this site who could be replaced. Start nbhosting serve.")
	}
	if err != nil {
		return err
	}
	defer c.close()
	var by web.Successor
	if err := c.call(ctx, http.MethodPost, "/api/handover", nil, &by); err != nil {
		return err
	}
	if e.json {
		return e.printJSON(by)
	}
	fmt.Fprintf(e.Stdout, "nbhosting %s serves the site now, as process %d. Requests waited for %.2f s.\n", by.Version, by.PID, by.Waited)
	return nil
}
