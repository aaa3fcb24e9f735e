package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// offerTimeout bounds the wait for what there is to take over.
const offerTimeout = 30 * time.Second

// takeOver takes a site over from the program that serves it. Should that not be
// possible, the other program is told why, and goes on.
func (s *site) takeOver(ctx context.Context) error {
	err := s.succeed(ctx)
	if err == nil {
		return nil
	}
	Refuse(s.Predecessor, err)
	var errs []error
	if s.gates != nil {
		errs = append(errs, s.gates.close()) // the other program's stay open, and the admin socket in its place
	}
	if s.lock != nil {
		errs = append(errs, s.lock.file.Close())
	}
	return errors.Join(append(errs, err)...)
}

// Refuse tells the program that was to be replaced why it cannot be.
func Refuse(p *handover.Peer, why error) {
	ctx, cancel := context.WithTimeout(context.Background(), offerTimeout)
	defer cancel()
	_ = errors.Join(p.Send(wordFailed, why.Error()), p.Part(ctx)) // if it has gone, nobody is to be told
}

func (s *site) succeed(ctx context.Context) error {
	if err := s.inherit(ctx); err != nil {
		return err
	}
	ready := readiness{Version: s.Version}
	var err error
	if ready.Migrates, err = s.check(ctx); err != nil {
		return err
	}
	if err := s.Predecessor.Send(wordReady, ready); err != nil {
		return err
	}
	openings, err := s.awaitSite(ctx)
	if err != nil {
		return err
	}
	if err := s.serve(ctx); err != nil {
		return err
	}
	if err := s.Predecessor.Send(wordServing, struct{}{}); err != nil {
		return errors.Join(err, s.service.end(), s.service.Close())
	}
	s.service.web.Arrive(ctx, openings)
	go s.receiveVisitors(s.service, s.Predecessor)
	return nil
}

// inherit takes the gates and the lock of the other program.
func (s *site) inherit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	m, files, err := s.Predecessor.Receive(ctx)
	if err != nil {
		return fmt.Errorf("hear of the program that is to be replaced: %w", err)
	}
	var o offer
	if err := json.Unmarshal(m.Body, &o); err != nil || m.Word != wordOffer || len(files) != len(o.Gates)+1 {
		return fmt.Errorf("the program that is to be replaced says %q, with %d files: %w", m.Word, len(files), err)
	}
	if o.Root != s.Config.Root {
		return fmt.Errorf("the configuration names the data directory %s, and the program that is to be replaced serves %s", s.Config.Root, o.Root)
	}
	s.lock = &lock{files[len(files)-1]}
	inherited := gates{}
	for i, g := range o.Gates {
		inherited[g.Name] = gate{g.Name, g.Address, files[i]}
	}
	if s.gates, err = openGates(s.Config, inherited); err != nil {
		return err
	}
	for name, g := range inherited {
		if s.gates[name].socket != g.socket {
			err = errors.Join(err, g.socket.Close()) // the configuration has another address by now
		}
	}
	return err
}

// check tries what can be tried while another program has the site.
func (s *site) check(ctx context.Context) (migrates bool, err error) {
	try := filepath.Join(s.Config.Root, "nbhosting.db.try")
	migrates, err = sqlite.Try(ctx, filepath.Join(s.Config.Root, "nbhosting.db"), try)
	if err != nil || s.Runtime != nil {
		return migrates, err
	}
	e, err := newEngine(s.Config, "try", s.Logger)
	if err != nil {
		return migrates, err
	}
	return migrates, e.Close()
}

// awaitSite waits until the other program lets go of the site, and returns the
// openings that are under way.
func (s *site) awaitSite(ctx context.Context) (all []opening.Moved, err error) {
	for {
		m, _, err := s.Predecessor.Receive(ctx)
		if err != nil {
			return nil, fmt.Errorf("the program that was to be replaced goes on: %w", err)
		}
		switch m.Word {
		case wordYours:
			return all, nil
		case wordOpenings:
			var some []opening.Moved
			if err := json.Unmarshal(m.Body, &some); err != nil {
				return nil, fmt.Errorf("understand the openings: %w", err)
			}
			all = append(all, some...)
		}
	}
}

// receiveVisitors serves the clients of the other program, until it has none any more.
func (s *site) receiveVisitors(to *service, from *handover.Peer) {
	defer from.Close()
	for {
		m, files, err := from.Receive(context.Background())
		if err != nil {
			return // it has ended
		}
		switch m.Word {
		case wordVisitors:
			s.admitAll(to, m, files)
		case wordSaved:
			var of saved
			if err := json.Unmarshal(m.Body, &of); err == nil {
				to.saves.again(of.Server, of.File)
			}
		}
	}
}

func (s *site) admitAll(to *service, m handover.Message, files []*os.File) {
	var gates []string
	if err := json.Unmarshal(m.Body, &gates); err != nil || len(gates) != len(files) {
		s.Logger.Error("connections were not understood", "number", len(files), "err", err)
		gates = nil
	}
	for i, f := range files {
		c, err := net.FileConn(f)
		f.Close()
		switch {
		case err != nil:
			s.Logger.Error("a connection could not be taken over", "err", err)
		case i < len(gates):
			go to.front.admit(visitor{c, gates[i]})
		default:
			c.Close()
		}
	}
}

// again keeps what was saved through a proxy before this one.
func (s *saves) again(id nbhosting.ServerID, file string) {
	s.Saved(context.Background(), id, file)
}
