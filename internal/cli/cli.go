// Package cli is the command line. Commands are clients of the JSON API: of the
// program that serves the site, or of the same handlers in their own process.
package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/config"
)

// Program is how the program was called, and what it speaks through.
type Program struct {
	Name    string // as it was called, a path or not: as nbh-manage, it takes that program's commands
	Version string

	Stdin       io.Reader
	Interactive bool // somebody can answer questions on Stdin
	Stdout      io.Writer
	Stderr      io.Writer
}

// env is what commands share.
type env struct {
	Program    // its outputs are plain text
	rawStdout  io.Writer
	rawStderr  io.Writer
	configPath string
	root       string
	json       bool
	begun      bool // the command line made sense, and its command has begun
}

// Main runs the command of args (without the program's name) and returns the
// exit code: 0; 1 when it failed, or 2 when the command line makes no sense, with
// a line on Stderr that says why.
func Main(ctx context.Context, p Program, args []string) int {
	e := &env{Program: p, rawStdout: p.Stdout, rawStderr: p.Stderr}
	e.Stdout, e.Stderr = plain{p.Stdout}, plain{p.Stderr}
	root := e.rootCommand()
	root.SetArgs(args)
	root.SetIn(p.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitGood
	}
	if !e.begun {
		e.json = e.json || asksForJSON(args)
		err = misused(err)
	}
	return e.fail(ctx, cmd, err)
}

// rootCommand returns the command that the program is called as.
func (e *env) rootCommand() *cobra.Command {
	if filepath.Base(e.Name) == manageName {
		return e.manageCommand()
	}
	return e.nbhostingCommand()
}

func (e *env) nbhostingCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "nbhosting",
		Short: "Hosts Jupyter notebooks for courses kept in git",
		Long: "nbhosting hosts Jupyter notebooks for courses kept in git.\n\n" +
			"Commands are named after what they work on: a course, a job, a server. Each works whether or not the site is being served." + exitCodes,
		Example: "  nbhosting serve\n" +
			"  nbhosting course create python3 https://github.com/flotpython/course.git\n" +
			"  nbhosting course pull 'python*'",
	}
	e.prepare(root)
	root.AddCommand(e.serveCommand(), e.restartCommand(), e.configCommand(), e.courseCommand(), e.gitCommand(), e.jobCommand(), e.serverCommand(), e.studentCommand(),
		e.imageCommand(), e.buildCoreImagesCommand("build-core-images"), e.loadtestCommand(), e.demoCommand(), e.manCommand())
	return root
}

// prepare gives a root command what all commands have in common.
func (e *env) prepare(root *cobra.Command) {
	root.Version = e.Version
	root.SilenceUsage, root.SilenceErrors = true, true
	root.DisableAutoGenTag = true // of manual pages
	root.PersistentPreRun = func(*cobra.Command, []string) { e.begun = true }
	flags := root.PersistentFlags()
	flags.StringVar(&e.configPath, "config", "", "configuration `file` (default: $NBHOSTING_CONFIG, or "+defaultConfig+" if it is there)")
	flags.StringVar(&e.root, "root", "", "data `directory`, in place of the configuration's")
	flags.BoolVar(&e.json, "json", false, "print JSON, and what goes wrong as JSON too")
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // the flag is there
	_ = root.MarkPersistentFlagDirname("root")
}

// defaultConfig is read where no file is named.
const defaultConfig = "/etc/nbhosting/nbhosting.yaml"

// config reads the configuration that the command is to go by.
func (e *env) config() (config.Config, error) {
	path := e.configPath
	if path == "" {
		path = os.Getenv("NBHOSTING_CONFIG")
	}
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
