// Testprogram is what the contract suite of runtimes runs as an instance: it
// listens on a unix socket, tells what it sees, and misbehaves when told to.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

// options are what the program is told by its arguments.
type options struct {
	socket     string
	exit       int
	print      string
	finish     string
	ignoreTerm bool
	flood      int
}

func main() {
	var o options
	flag.StringVar(&o.socket, "socket", "", "listen on the unix socket `PATH`")
	flag.IntVar(&o.exit, "exit", -1, "exit at once with this `CODE`")
	flag.StringVar(&o.print, "print", "", "print this `TEXT` on both outputs first")
	flag.StringVar(&o.finish, "finish", "", "on SIGTERM, write the file `PATH` before the end")
	flag.BoolVar(&o.ignoreTerm, "ignore-term", false, "do not end on SIGTERM")
	flag.IntVar(&o.flood, "flood", 0, "print so many `LINES`, and exit")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(o options) error {
	if o.print != "" {
		fmt.Println("out:", o.print)
		fmt.Fprintln(os.Stderr, "err:", o.print)
	}
	if o.flood > 0 {
		return flood(o.flood)
	}
	if flag.NArg() > 0 {
		return do(flag.Args())
	}
	if o.exit >= 0 {
		os.Exit(o.exit)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if o.ignoreTerm {
		signal.Ignore(syscall.SIGTERM)
	} else {
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGTERM)
		defer stop()
	}
	if err := serve(ctx, o.socket); err != nil {
		return err
	}
	fmt.Println("finished")
	if o.finish != "" {
		return os.WriteFile(o.finish, []byte("finished"), 0o600)
	}
	return nil
}

func serve(ctx context.Context, socket string) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler()}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
