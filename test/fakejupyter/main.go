// Command fakejupyter stands for Jupyter, as a program: see internal/jupyter/jupytertest.
//
// Servers are started as "python3 -I DIR/start.py". It is put in that place by the name
// python3, and takes its settings from DIR. What it is to do wrong is said by the
// environment variable FAKE_JUPYTER or by a file .fake-jupyter.json, beside
// the program or in the student's files: {"hang": true}, {"status": 500}, …
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting/internal/jupyter/jupytertest"
)

func main() {
	if len(os.Args) != 3 || os.Args[1] != "-I" || filepath.Base(os.Args[2]) != "start.py" {
		fmt.Fprintln(os.Stderr, "fakejupyter: this stands for Python, and can only start Jupyter: -I DIR/start.py")
		os.Exit(2)
	}
	debug.SetGCPercent(25) // there are many of these on a machine
	code, err := run(filepath.Dir(os.Args[2]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "fakejupyter:", err)
		code = 1
	}
	os.Exit(code)
}

func run(dir string) (code int, err error) {
	settings, err := jupytertest.ReadSettings(dir)
	if err != nil {
		return 1, err
	}
	faults, err := faultsOf(settings)
	if err != nil {
		return 1, err
	}
	now := faults()
	time.Sleep(time.Duration(now.StartDelay) * time.Millisecond)
	if now.Exit != 0 {
		return now.Exit, nil
	}
	return 0, serve(settings, faults)
}

// faultsOf returns what says at any time what is to go wrong. What cannot be read
// then, as it is being written, is as it was before.
func faultsOf(settings jupytertest.Settings) (func() jupytertest.Faults, error) {
	environment := os.Getenv(jupytertest.FaultsVariable)
	files := []string{filepath.Join(settings.Root, jupytertest.FaultsFile)}
	if program, err := os.Executable(); err == nil {
		files = append([]string{filepath.Join(filepath.Dir(program), jupytertest.FaultsFile)}, files...)
	}
	first, err := jupytertest.FaultsOf(environment, files...)
	return func() jupytertest.Faults {
		if f, err := jupytertest.FaultsOf(environment, files...); err == nil {
			return f
		}
		return first
	}, err
}

func serve(settings jupytertest.Settings, faults func() jupytertest.Faults) error {
	s, err := jupytertest.New(settings, faults, os.Stderr)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := os.Remove(settings.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	syscall.Umask(0o077)
	l, err := net.Listen("unix", settings.Socket)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case <-stop:
		case <-s.Shutdown():
			time.Sleep(50 * time.Millisecond) // for the answer to go out
		}
		server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
