package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/web"
)

// Program serves a site, and can be replaced while it does by another program,
// such as a newer one: that is started by Start, takes the site over, and this one ends.
type Program struct {
	Config  config.Config
	Version string
	Logger  *slog.Logger
	Runtime runtime.Runtime // what servers run in; nil: what Config says

	Start       func() (*handover.Successor, error) // starts the program that is to replace this one
	Replace     <-chan os.Signal                    // asks for that, as the API does
	Predecessor *handover.Peer                      // the program that this one is to replace; nil: there is none
	Ready       func(address string)                // is told once the site is served; nil: nobody is
}

// site is a site while a Program has it, or is about to.
type site struct {
	Program
	lock    *lock
	gates   gates
	service *service
	asked   chan request
	busy    atomic.Bool     // it is being replaced, or asked to be
	ending  context.Context // ends once nobody is answered any more
}

// request asks that the program be replaced.
type request struct {
	answer chan<- answer
	api    bool // somebody waits for the answer, at the admin gate
}

type answer struct {
	web.Successor
	err error
}

// Run serves the site until ctx ends, or another program does.
func (p Program) Run(ctx context.Context) (err error) {
	s := &site{Program: p, asked: make(chan request, 1)}
	var end context.CancelFunc
	s.ending, end = context.WithCancel(context.Background())
	defer end()
	if p.Predecessor == nil {
		err = s.open(ctx)
	} else {
		err = s.takeOver(ctx)
	}
	if err != nil {
		return err
	}
	notify("READY=1")
	if p.Ready != nil {
		p.Ready(s.service.front.address())
	}
	for {
		r, err := s.await(ctx)
		if r == nil {
			end()
			notify("STOPPING=1")
			return errors.Join(err, s.close())
		}
		replaced, err := s.handOver(ctx, *r)
		if err == nil {
			end()
			return replaced()
		}
		s.Logger.Error("this program was not replaced, and goes on", "err", err)
		s.busy.Store(false)
		r.answer <- answer{err: err}
		if s.service == nil {
			return errors.Join(err, s.letGo())
		}
	}
}

// open takes hold of a site that nobody serves.
func (s *site) open(ctx context.Context) (err error) {
	if s.lock, err = lockSite(s.Config); err != nil {
		return err
	}
	if s.gates, err = openGates(s.Config, nil); err == nil {
		err = s.serve(ctx)
	}
	if err != nil {
		return errors.Join(err, s.letGo())
	}
	return nil
}

// serve opens the site, of which the lock is held, and serves it.
func (s *site) serve(ctx context.Context) error {
	var on engine
	if s.Runtime != nil {
		on = plain{s.Runtime}
	}
	a, err := openLocked(ctx, s.Config, s.Version, s.Logger, on)
	if err != nil {
		return err
	}
	if s.Start != nil {
		a.replace = s.askToReplace
	}
	if s.service, err = a.begin(ctx, s.gates, nil); err != nil {
		return errors.Join(err, a.Close())
	}
	return nil
}

// await returns when the program is to be replaced; without a request, when it is to end.
func (s *site) await(ctx context.Context) (*request, error) {
	select {
	case <-ctx.Done():
		return nil, nil
	case err := <-s.service.front.failed:
		return nil, err
	case <-s.Replace:
		s.busy.Store(true)
		return &request{answer: make(chan answer, 1)}, nil
	case r := <-s.asked:
		return &r, nil
	}
}

// askToReplace is what the API does.
func (s *site) askToReplace(context.Context) (web.Successor, error) {
	if !s.busy.CompareAndSwap(false, true) {
		return web.Successor{}, nbhosting.Errorf(nbhosting.Conflict, "This nbhosting is being replaced already.")
	}
	result := make(chan answer, 1)
	s.asked <- request{answer: result, api: true} // there is room for the one that made it busy
	select {
	case a := <-result:
		return a.Successor, a.err
	case <-s.ending.Done():
		select {
		case a := <-result:
			return a.Successor, a.err
		default:
		}
		return web.Successor{}, nbhosting.Errorf(nbhosting.Conflict, "This nbhosting is about to stop.")
	}
}

// replaceProgram has another program serve the site, if this one serves it.
func (a *App) replaceProgram(ctx context.Context) (web.Successor, error) {
	if a.replace == nil {
		return web.Successor{}, nbhosting.Errorf(nbhosting.Conflict, "Nobody serves this site who could be replaced. Start nbhosting serve.")
	}
	return a.replace(ctx)
}

// close stops serving, and lets go of the site.
func (s *site) close() error {
	err := s.service.end()
	return errors.Join(err, s.service.Close(), s.letGo())
}

// letGo leaves the site to nobody.
func (s *site) letGo() error {
	var errs []error
	if s.gates != nil {
		os.Remove(AdminSocket(s.Config))
		errs = append(errs, s.gates.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

// notify tells systemd, if it has started the program. That it may not hear is no failure of ours.
func notify(format string, args ...any) { _, _ = daemon.SdNotify(false, fmt.Sprintf(format, args...)) }
