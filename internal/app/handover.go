package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/proxy"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/web"
)

// What the two programs say to each other, in this order; the first of either may
// be the last, if the other finds that it cannot go on.
const (
	wordOffer    = "offer"    // old: what there is to take over; with the gates and the lock
	wordReady    = "ready"    // new: all that can be checked beforehand is in order
	wordOpenings = "openings" // old: some of the openings that are under way
	wordYours    = "yours"    // old: the site is let go of
	wordServing  = "serving"  // new: it is served
	wordFailed   = "failed"   // new: why it cannot be
	wordVisitors = "visitors" // old: connections of clients, and their gates
	wordSaved    = "saved"    // old: a notebook was saved through it still
)

// offer is what a program has to hand over.
type offer struct {
	Version string
	Root    string
	Gates   []offeredGate
}

type offeredGate struct{ Name, Address string }

// readiness is the answer to an offer.
type readiness struct {
	Version  string
	Migrates bool // it will change the tables, so that this program cannot read them any more
}

// Bounds of what is waited for. Until the site is let go of, all is served meanwhile, but that no server starts.
const (
	readyTimeout   = time.Minute      // for the new program to check what it can
	jobsPatience   = time.Minute      // for jobs to end
	lettingGo      = time.Second      // for plain requests to end, while others wait
	servingTimeout = 40 * time.Second // for the new program to serve
	lastTimeout    = 10 * time.Minute // for requests that take longer, once it does
	copyTimeout    = 20 * time.Second // for the database to be copied, while all wait
)

// handOver has another program serve the site. On success, what is left to do is
// to call replaced; else this program goes on as if nothing had happened.
func (s *site) handOver(ctx context.Context, r request) (replaced func() error, err error) {
	heir, err := s.Start()
	if err != nil {
		return nil, nbhosting.Because(err, nbhosting.Unavailable, "The new program could not be started; the old one goes on serving.")
	}
	defer func() {
		if err != nil {
			heir.End()
		}
	}()
	s.Logger.Info("this program is to be replaced", "by", heir.PID)
	ready, err := s.offer(ctx, heir)
	if err != nil {
		return nil, err
	}
	if err := s.quieten(ctx); err != nil {
		return nil, err
	}
	begun, old := time.Now(), s.service
	var visitors waiting
	openings := s.letGoOf(old, &visitors, r, heir)
	undo, err := s.keepTables(ctx, ready)
	if err == nil {
		err = passOn(ctx, heir, openings)
	}
	if err != nil {
		heir.End() // before the site is opened again
		return nil, errors.Join(err, s.takeBack(ctx, old, openings, &visitors, undo))
	}
	undo(false)
	visitors.open(func(all []visitor) {
		if err := sendVisitors(heir.Peer, all); err != nil {
			s.Logger.Warn("some connections could not be handed over", "err", err)
		}
	})
	who := web.Successor{Version: ready.Version, PID: heir.PID, Waited: time.Since(begun).Seconds()}
	s.Logger.Info("this program has been replaced", "by", who.PID, "version", who.Version, "waited", time.Since(begun), "openings", len(openings))
	notify("MAINPID=%d\nREADY=1", heir.PID)
	r.answer <- answer{Successor: who}
	return func() error { return s.leave(ctx, old, heir) }, nil
}

// offer shows the new program what there is, and returns what it makes of it.
func (s *site) offer(ctx context.Context, heir *handover.Successor) (ready readiness, err error) {
	o := offer{Version: s.Version, Root: s.Config.Root}
	var files []syscall.Conn
	for _, g := range s.gates {
		o.Gates, files = append(o.Gates, offeredGate{g.name, g.address}), append(files, g)
	}
	if err := heir.Send(wordOffer, o, append(files, s.lock)...); err != nil {
		return readiness{}, failedToStart(heir, err)
	}
	err = hear(ctx, heir, readyTimeout, wordReady, &ready)
	return ready, err
}

// hear waits for a word of the new program.
func hear(ctx context.Context, heir *handover.Successor, patience time.Duration, word string, body any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, _, err := heir.Receive(ctx)
	switch {
	case err != nil:
		return failedToStart(heir, err)
	case m.Word == wordFailed:
		var why string
		_ = json.Unmarshal(m.Body, &why) // it has failed, whatever it says
		return nbhosting.Errorf(nbhosting.Unavailable, "The new program cannot serve the site: %s. The old one goes on serving.", why)
	case m.Word != word:
		return nbhosting.Errorf(nbhosting.Unavailable, "The new program says %q where %q was to come; the old one goes on serving.", m.Word, word)
	}
	return json.Unmarshal(m.Body, body)
}

// failedToStart says why the new program says nothing.
func failedToStart(heir *handover.Successor, cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return nbhosting.Because(cause, nbhosting.Unavailable, "The new program has not answered for too long; the old one goes on serving.")
	}
	if errors.Is(cause, io.EOF) || errors.Is(cause, syscall.EPIPE) || errors.Is(cause, syscall.ECONNRESET) {
		select {
		case <-heir.Ended:
			return nbhosting.Because(cause, nbhosting.Unavailable,
				"The new program ended (%s) before it could take over: the log has its own words. The old one goes on serving.", heir.How())
		case <-time.After(time.Second):
		}
	}
	return nbhosting.Because(cause, nbhosting.Unavailable, "The new program cannot be spoken to; the old one goes on serving.")
}

// quieten waits until no server starts and no job runs, and lets none start.
func (s *site) quieten(ctx context.Context) error {
	jobs, cancel := context.WithTimeout(ctx, jobsPatience)
	defer cancel()
	if err := s.service.jobs.Idle(jobs); err != nil && ctx.Err() == nil {
		s.Logger.Warn("jobs that go on will be interrupted", "err", err)
	}
	starts, cancel := context.WithTimeout(ctx, s.Config.Servers.StartTimeout+jobsPatience)
	defer cancel()
	if err := s.service.servers.Hold(starts); err != nil {
		return nbhosting.Because(err, nbhosting.Unavailable, "Servers go on starting without an end; the old program goes on serving.")
	}
	if ctx.Err() != nil {
		s.service.servers.Release()
		return ctx.Err()
	}
	s.service.putOff()
	return nil
}

// letGoOf stops serving and closes the site: whoever comes has to wait from here on.
// Requests that take long go on, and so do websockets.
func (s *site) letGoOf(old *service, visitors *waiting, r request, heir *handover.Successor) []opening.Moved {
	openings := old.web.Leave()
	for name, d := range old.front.doors {
		d.leaving.Store(true)
		if err := d.Leave(func(c net.Conn) { visitors.take(visitor{c, name}) }); err != nil {
			s.Logger.Warn("an address could not be left", "gate", name, "err", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lettingGo)
	defer cancel()
	for name, d := range old.front.doors {
		left := 0
		if name == adminGate && r.api {
			left = 1 // who waits for this to end
		}
		if err := d.Await(ctx, left); err != nil {
			s.Logger.Info("some requests take longer, and go on", "gate", name)
		}
		d.over.Store(true)
	}
	old.saves.end(func(id nbhosting.ServerID, file string) {
		if err := heir.Send(wordSaved, saved{id, file}); err != nil {
			s.Logger.Warn("of a save no version is kept", "server", id, "err", err)
		}
	})
	old.servers.Close()
	if err := old.Close(); err != nil {
		s.Logger.Error("the site was not closed as it should be", "err", err)
	}
	return openings
}

// saved is a notebook that a server has saved.
type saved struct {
	Server nbhosting.ServerID
	File   string
}

// openingsAtOnce is how many are told in one message: each is a path of 4 KiB at most.
const openingsAtOnce = 5

// passOn lets the new program have the site, and waits until it serves it.
func passOn(ctx context.Context, heir *handover.Successor, openings []opening.Moved) error {
	for len(openings) > 0 {
		some := openings[:min(len(openings), openingsAtOnce)]
		openings = openings[len(some):]
		if err := heir.Send(wordOpenings, some); err != nil {
			return failedToStart(heir, err)
		}
	}
	if err := heir.Send(wordYours, nil); err != nil {
		return failedToStart(heir, err)
	}
	return hear(ctx, heir, servingTimeout, wordServing, &struct{}{})
}

// takeBack serves the site again, and whoever waits.
func (s *site) takeBack(ctx context.Context, old *service, openings []opening.Moved, visitors *waiting, undo func(bool)) error {
	undo(true)
	s.service = nil
	if err := s.serve(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("take the site back: %w", err)
	}
	s.service.web.Arrive(ctx, openings)
	old.saves.end(s.service.saves.again)
	visitors.open(func(all []visitor) {
		for _, v := range all {
			go s.service.front.admit(v)
		}
	})
	go restart(old.proxy) // its websockets are not known to the new one
	return nil
}

// restart ends the websockets of a proxy that is not used any more.
func restart(p *proxy.Proxy) {
	ctx, cancel := context.WithTimeout(context.Background(), lastTimeout)
	defer cancel()
	p.Restart(ctx)
}

// leave ends what this program still has to do once another one serves the site:
// websockets, whose pages come back there, and requests that take long. It has nothing of the
// site any more: should the other one end meanwhile, a third must not be kept from serving, and whoever
// supervises the service is to see that nobody does.
func (s *site) leave(ctx context.Context, old *service, heir *handover.Successor) error {
	defer heir.Close()
	gone := errors.Join(s.gates.close(), s.lock.release())
	patient, cancel := context.WithTimeout(ctx, lastTimeout)
	defer cancel()
	var died atomic.Bool
	go func() {
		select {
		case <-heir.Ended:
			died.Store(!heir.Well())
			if died.Load() {
				cancel()
			}
		case <-patient.Done():
		}
	}()
	old.proxy.Restart(patient)
	for name, d := range old.front.doors {
		if err := d.Await(patient, 0); err != nil {
			s.Logger.Warn("requests are cut that have taken too long, or that nobody serves any more", "gate", name)
		}
		d.server.Close()
	}
	if died.Load() {
		return errors.Join(gone, fmt.Errorf("the program that has replaced this one has ended: %s", heir.How()))
	}
	s.Logger.Info("nothing is left to do")
	return gone
}

// keepTables keeps the tables as this program knows them, if the new one will
// change them; undo(true) puts them back.
func (s *site) keepTables(ctx context.Context, ready readiness) (undo func(back bool), err error) {
	if !ready.Migrates {
		return func(bool) {}, nil
	}
	file := filepath.Join(s.Config.Root, "nbhosting.db")
	kept := file + ".before"
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), copyTimeout)
	defer cancel()
	if err := sqlite.Copy(ctx, file, kept); err != nil {
		return func(bool) {}, nbhosting.Because(err, nbhosting.Unavailable, "The database could not be copied before the new program changes it; the old one goes on serving.")
	}
	return func(back bool) {
		if !back {
			return // it stays, in case somebody goes back to the old program
		}
		err := errors.Join(removeAll(file+"-wal", file+"-shm"), os.Rename(kept, file))
		if err != nil {
			s.Logger.Error("the database could not be put back", "err", err)
		}
	}, nil
}

func removeAll(files ...string) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, os.RemoveAll(f))
	}
	return errors.Join(errs...)
}
