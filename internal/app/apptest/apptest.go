// Package apptest starts whole sites for the tests of other packages: all parts
// are real but the runtime, in which a Go function stands for Jupyter.
package apptest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// Site is a site on a temporary directory. It goes with its test.
type Site struct {
	App    *app.App
	Config config.Config
	Engine *fake.Engine // what servers run in: say there what goes wrong
	URL    string       // where the public pages are, without a slash at the end
	Log    *Log         // all that the site logged, debugging included

	t      *testing.T
	starts atomic.Int64
}

// Version is that of the program.
const Version = "1.2.3-test"

// New starts a site that visitors from this host may open notebooks at. The
// changes are made to its configuration before.
func New(t *testing.T, changes ...func(*config.Config)) *Site {
	t.Helper()
	return NewRunning(t, Jupyter, changes...)
}

// NewRunning is New with another program in the place of Jupyter.
func NewRunning(t *testing.T, program func(runtime.Spec) fake.Program, changes ...func(*config.Config)) *Site {
	t.Helper()
	s := &Site{t: t, Log: &Log{}, Config: configuration(t)}
	for _, change := range changes {
		change(&s.Config)
	}
	s.Engine = fake.NewEngine(func(spec runtime.Spec) fake.Program {
		if isRendering(spec) {
			return Render(spec)
		}
		s.starts.Add(1)
		return program(spec)
	})
	t.Cleanup(s.Engine.Close)
	log := slog.New(slog.NewTextHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := app.OpenOn(t.Context(), s.Engine.Driver("test"), s.Config, Version, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	if err := a.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Public())
	t.Cleanup(srv.Close)
	s.App, s.URL = a, srv.URL
	return s
}

func configuration(t *testing.T) config.Config {
	t.Helper()
	run, err := os.MkdirTemp("", "nbh") // short: there are sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	cfg, err := config.Parse(fmt.Appendf(nil, `
root: %q
run_dir: %q
listen: 127.0.0.1:0
public_url: https://nb.example.org
frame_ancestors: ["'self'", "https://lms.example.org"]
access: {allowed_referer_domains: [lms.example.org], allowed_addresses: [127.0.0.0/8]}
runtime: process
servers: {start_timeout: 30s, stop_grace: 2s, parallel_starts: 8, memory_budget: 1t, pids_budget: 1000000}
`, filepath.Join(t.TempDir(), "site"), run))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Starts returns how many servers were started so far.
func (s *Site) Starts() int { return int(s.starts.Load()) }

// HoldStarts makes the start of servers wait until the function that it returns is called.
func (s *Site) HoldStarts() (release func()) {
	held, release := context.WithCancel(context.Background())
	s.t.Cleanup(release)
	s.Engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error {
		<-held.Done()
		return nil
	}})
	return release
}

// Serve serves the site as the program does, for who speaks to its admin
// socket, until stop is called or the test ends.
func (s *Site) Serve() (stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended, serving := make(chan error, 1), make(chan string, 1)
	go func() { ended <- s.App.Serve(ctx, func(address string) { serving <- address }) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(stop)
	select {
	case <-serving:
	case err := <-ended:
		ended <- nil
		s.t.Fatalf("the site does not serve: %v", err)
	}
	return stop
}
