package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// AdminSocket returns the path at which a serving program of the site is spoken to.
func AdminSocket(cfg config.Config) string { return filepath.Join(cfg.Root, "nbhosting.sock") }

// Serve serves the site until ctx ends, then stops gracefully. ready, if not
// nil, is called with the address once it is listened on.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	public, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	admin, err := unixsock.Listen(AdminSocket(a.cfg))
	if err != nil {
		return errors.Join(err, public.Close())
	}
	defer os.Remove(AdminSocket(a.cfg))

	figures, err := a.listenForMetrics()
	if err != nil {
		return errors.Join(err, public.Close(), admin.Close())
	}

	begun := time.Now()
	adoptErr := a.Adopt(ctx)
	a.log.Info("serving", "on", public.Addr().String(), "root", a.cfg.Root, "runtime", a.cfg.Runtime,
		"adopted", len(a.servers.Servers()), "adopting_took", time.Since(begun))
	if ready != nil {
		ready(public.Addr().String())
	}
	g, ctx := errgroup.WithContext(ctx)
	if adoptErr != nil {
		g.Go(func() error { return a.keepAdopting(ctx, adoptErr) })
	}
	g.Go(func() error { return a.forgetPast(ctx) })
	g.Go(func() error { return a.pruneRevisions(ctx) })
	g.Go(func() error { return a.thinHistory(ctx) })
	g.Go(func() error { a.upkeep.Autopull(ctx); return nil })
	g.Go(func() error { a.monitor.Run(ctx); return nil })
	g.Go(func() error { <-ctx.Done(); a.servers.Close(); return nil }) // those whose turn has not come are told
	g.Go(func() error { <-ctx.Done(); return a.endJobs() })            // those who follow one are told, and go
	g.Go(func() error { return serveOn(ctx, public, a.Public()) })
	g.Go(func() error { return serveOn(ctx, admin, a.API()) })
	if figures != nil {
		g.Go(func() error { return serveOn(ctx, figures, a.Metrics()) })
	}
	err = g.Wait()
	if a.cfg.Servers.StopOnExit {
		a.settle() // or a server could start after the others were stopped
		a.log.Info("stopping the servers", "number", len(a.servers.Servers()))
		err = errors.Join(err, a.servers.StopAll(context.WithoutCancel(ctx)))
	}
	return err
}

// listenForMetrics returns where the figures are asked for; nil if nowhere.
func (a *App) listenForMetrics() (net.Listener, error) {
	if a.cfg.Metrics.Listen == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", a.cfg.Metrics.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics: %w", err)
	}
	a.log.Info("metrics", "on", l.Addr().String())
	return l, nil
}

// Time-outs of the HTTP servers. There is none on a whole request or answer:
// uploads, downloads and websockets take what they take.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 5 * time.Second
	maxHeader     = 64 << 10 // bytes
)

// serveOn serves until ctx ends, then lets requests under way finish for a while.
func serveOn(ctx context.Context, l net.Listener, handler http.Handler) error {
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		if srv.Shutdown(drain) != nil {
			srv.Close() // what still streams is cut; nothing depends on it
		}
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	}
	<-stopped
	return nil
}

// adoptPause is how often servers are looked for while what runs them does not answer.
const adoptPause = 5 * time.Second

func (a *App) keepAdopting(ctx context.Context, err error) error {
	for err != nil {
		a.log.Error("the servers that run could not be found; trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(adoptPause):
		}
		err = a.Adopt(ctx)
	}
	a.log.Info("the servers that run were found", "adopted", len(a.servers.Servers()))
	return nil
}

// pastAge is how long an address of a server that is gone leads back to its notebook.
const pastAge = 90 * 24 * time.Hour

func (a *App) forgetPast(ctx context.Context) error {
	for {
		if err := a.db.ForgetPastServers(ctx, time.Now().Add(-pastAge)); err != nil && ctx.Err() == nil {
			a.log.Error("past servers could not be forgotten", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
		}
	}
}

// pruneRevisions removes the revisions of courses that have had their time, and
// were still in use when the last one was published.
func (a *App) pruneRevisions(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
		}
		if err := a.courses.Prune(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("old revisions could not be removed", "err", err)
		}
	}
}

// firstThinning is how long after the start the history is thinned first: not
// while a class waits for the site to be back, but also where it is restarted every hour.
const firstThinning = 5 * time.Minute

// thinHistory removes versions of notebooks that have had their time.
func (a *App) thinHistory(ctx context.Context) error {
	for pause := firstThinning; ; pause = time.Hour {
		if err := a.history.Measure(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("the history could not be measured as a whole", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		if err := a.history.Thin(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Error("the history could not be thinned as a whole", "err", err)
		}
	}
}
