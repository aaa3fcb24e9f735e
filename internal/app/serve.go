package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting/internal/config"
)

// AdminSocket returns the path at which a serving program of the site is spoken to.
func AdminSocket(cfg config.Config) string { return filepath.Join(cfg.Root, "nbhosting.sock") }

// Serve serves the site until ctx ends, then stops gracefully. ready, if not
// nil, is called with the address once it is listened on.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	at, err := openGates(a.cfg, nil)
	if err != nil {
		return err
	}
	defer a.leaveGates(at)
	s, err := a.begin(ctx, at, ready)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case err = <-s.front.failed:
	}
	return errors.Join(err, s.end())
}

// leaveGates closes the gates of a site that is not served any more.
func (a *App) leaveGates(at gates) {
	os.Remove(AdminSocket(a.cfg))
	if err := at.close(); err != nil {
		a.log.Warn("the addresses could not be let go of", "err", err)
	}
}

// service is an App that serves its site.
type service struct {
	*App
	front *front
	chores
}

// begin serves the site, and looks after it.
func (a *App) begin(ctx context.Context, at gates, ready func(address string)) (*service, error) {
	begun := time.Now()
	adoptErr := a.Adopt(ctx)
	front, err := a.openFront(at)
	if err != nil {
		return nil, err
	}
	a.log.Info("serving", "on", front.address(), "root", a.cfg.Root, "runtime", a.cfg.Runtime, "pid", os.Getpid(),
		"adopted", len(a.servers.Servers()), "adopting_took", time.Since(begun))
	if metrics, ok := front.doors[metricsGate]; ok {
		a.log.Info("metrics", "on", metrics.Addr().String())
	}
	if ready != nil {
		ready(front.address())
	}
	s := &service{App: a, front: front}
	s.goOn(ctx, adoptErr)
	return s, nil
}

// chores are what is done for a site by itself, until they are put off.
type chores struct {
	stop context.CancelFunc
	done sync.WaitGroup
}

// putOff returns once nothing is done any more.
func (c *chores) putOff() {
	c.stop()
	c.done.Wait()
}

// goOn does the chores. With an error, servers that run are still to be found.
func (s *service) goOn(ctx context.Context, adoptErr error) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if adoptErr != nil {
		s.done.Go(func() { s.keepAdopting(ctx, adoptErr) })
	}
	for _, chore := range []func(context.Context){s.forgetPast, s.pruneRevisions, s.thinHistory, s.upkeep.Autopull, s.monitor.Run} {
		s.done.Go(func() { chore(ctx) })
	}
}

// end stops serving: requests under way end, servers go on unless they are to stop.
func (s *service) end() error {
	s.servers.Close() // those whose turn has not come are told
	s.stop()
	var g errgroup.Group
	g.Go(s.endJobs) // those who follow one are told, and go
	g.Go(func() error { s.front.close(context.Background()); return nil })
	err := g.Wait()
	s.done.Wait()
	if s.cfg.Servers.StopOnExit {
		s.settle() // or a server could start after the others were stopped
		s.log.Info("stopping the servers", "number", len(s.servers.Servers()))
		err = errors.Join(err, s.servers.StopAll(context.Background()))
	}
	return err
}

// adoptPause is how often servers are looked for while what runs them does not answer.
const adoptPause = 5 * time.Second

func (a *App) keepAdopting(ctx context.Context, err error) {
	for err != nil {
		a.log.Error("the servers that run could not be found; trying again", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(adoptPause):
		}
		err = a.Adopt(ctx)
	}
	a.log.Info("the servers that run were found", "adopted", len(a.servers.Servers()))
}

// pastAge is how long an address of a server that is gone leads back to its notebook.
const pastAge = 90 * 24 * time.Hour

func (a *App) forgetPast(ctx context.Context) {
	for {
		if err := a.db.ForgetPastServers(ctx, time.Now().Add(-pastAge)); err != nil && ctx.Err() == nil {
			a.log.Error("past servers could not be forgotten", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

// pruneRevisions removes the revisions of courses that have had their time, and
// were still in use when the last one was published.
func (a *App) pruneRevisions(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
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
func (a *App) thinHistory(ctx context.Context) {
	for pause := firstThinning; ; pause = time.Hour {
		if err := a.history.Measure(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("the history could not be measured as a whole", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if err := a.history.Thin(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Error("the history could not be thinned as a whole", "err", err)
		}
	}
}
