// Command nbhosting hosts Jupyter notebooks for courses kept in git.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mattn/go-isatty"

	"github.com/nbhosting/nbhosting/internal/cli"
)

// version is set at link time.
var version = "dev"

func main() {
	syscall.Umask(0o022) // what is published must be readable by the students' user ids
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := cli.Main(ctx, cli.Program{
		Name: os.Args[0], Version: version,
		Stdin: os.Stdin, Interactive: isatty.IsTerminal(os.Stdin.Fd()), Stdout: os.Stdout, Stderr: os.Stderr,
	}, os.Args[1:])
	stop()
	os.Exit(code)
}
