// Package cli is the command line. Commands are clients of the JSON API: of the
// program that serves the site, or of the same handlers in their own process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
)

// env is what commands share.
type env struct {
	configPath string
	root       string
	version    string
	stdout     io.Writer
	stderr     io.Writer
}

// Main runs the command of args (without the program's name) and returns the
// exit code: 0, or 1 when it failed, with a line on stderr that says why.
func Main(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	e := &env{version: version, stdout: stdout, stderr: stderr}
	root := e.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "nbhosting: interrupted")
		return 1
	}
	fmt.Fprintln(stderr, "nbhosting:", failureText(err))
	return 1
}

// failureText shows the message for people and, to who is at the command line, the cause too.
func failureText(err error) string {
	if e, ok := errors.AsType[*nbhosting.Error](err); ok && e.Cause != nil {
		return e.Message + "\n  cause: " + e.Cause.Error()
	}
	return err.Error()
}

func (e *env) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "nbhosting",
		Short:         "Hosts Jupyter notebooks for courses kept in git",
		Version:       e.version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&e.configPath, "config", os.Getenv("NBHOSTING_CONFIG"), "configuration `file` (default: "+defaultConfig+" if it is there)")
	root.PersistentFlags().StringVar(&e.root, "root", "", "data `directory`, in place of the configuration's")
	root.AddCommand(e.serveCommand(), e.configCommand(), e.courseCommand(), e.serverCommand(), e.buildCoreImagesCommand(), e.demoCommand())
	return root
}

// defaultConfig is read where no file is named.
const defaultConfig = "/etc/nbhosting/nbhosting.yaml"

// config reads the configuration that the command is to go by.
func (e *env) config() (config.Config, error) {
	path := e.configPath
	if path == "" {
		if _, err := os.Stat(defaultConfig); err == nil {
			path = defaultConfig
		}
	}
	cfg, err := config.Load(path)
	if err != nil {
		return config.Config{}, err
	}
	if e.root != "" {
		if cfg.Root, err = filepath.Abs(e.root); err != nil {
			return config.Config{}, err
		}
	}
	return cfg, nil
}

// group is a command that only holds others: alone it explains them.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}}
	c.AddCommand(commands...)
	return c
}

func newLogger(cfg config.Log, to io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo // the configuration has been checked
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
