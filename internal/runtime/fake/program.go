package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Program is what an instance runs, in a goroutine of its own, until it returns
// its exit code.
type Program func(p Process) (exitCode int)

// Process is what a program knows of itself.
type Process struct {
	Spec   runtime.Spec
	Output io.Writer
	Term   <-chan struct{} // closed when the program is asked to end
	Kill   context.Context // done when the program is dead: it must not do anything any more
}

// Serve is a program that answers on its socket until it is asked to end.
func Serve(handler http.Handler) Program {
	return func(p Process) int {
		code, err := serve(p, handler)
		if err != nil {
			fmt.Fprintln(p.Output, err)
		}
		return code
	}
}

func serve(p Process, handler http.Handler) (int, error) {
	socket := filepath.Join(p.Spec.Dir, runtime.SocketName)
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 1, err
	}
	var config net.ListenConfig
	l, err := config.Listen(p.Kill, "unix", socket)
	if err != nil {
		return 1, err
	}
	if os.Getuid() == 0 { // it runs as we do, but whoever connects goes by the socket's owner
		if err := os.Lchown(socket, p.Spec.UID, p.Spec.GID); err != nil {
			return 1, errors.Join(err, l.Close())
		}
	}
	server := &http.Server{Handler: handler}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-p.Term:
		case <-p.Kill.Done():
		case <-ended:
		}
		server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return 1, err
	}
	return 0, nil
}

// Silent is a program that never listens, and ends when it is asked to.
func Silent() Program {
	return func(p Process) int {
		select {
		case <-p.Term:
		case <-p.Kill.Done():
		}
		return 0
	}
}

// Exit is a program that prints a text and ends at once.
func Exit(code int, text string) Program {
	return func(p Process) int {
		io.WriteString(p.Output, text)
		return code
	}
}

// Stubborn is a program that does what another does, but for ending when asked to.
func Stubborn(program Program) Program {
	return func(p Process) int {
		p.Term = nil
		return program(p)
	}
}
