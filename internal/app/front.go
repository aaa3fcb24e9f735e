package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/unixsock"
	"github.com/nbhosting/nbhosting/internal/web"
)

// The addresses at which a site is reached.
const (
	publicGate  = "public"
	adminGate   = "admin"
	metricsGate = "metrics"
)

// gate is an address that is listened on, whichever program serves there.
type gate struct {
	name    string
	address string // as the configuration has it
	socket  *os.File
}

// SyscallConn implements syscall.Conn.
func (g gate) SyscallConn() (syscall.RawConn, error) { return g.socket.SyscallConn() }

// gates are all of them, by name.
type gates map[string]gate

// openGates listens on the addresses of a site: on those that were inherited, as
// long as the configuration has the same, and on those that systemd listens on for us.
func openGates(cfg config.Config, inherited gates) (gates, error) {
	given, err := activation.ListenersWithNames()
	if err != nil {
		return nil, fmt.Errorf("take over what systemd listens on: %w", err)
	}
	open := gates{}
	for name, address := range map[string]string{publicGate: cfg.Listen, adminGate: AdminSocket(cfg), metricsGate: cfg.Metrics.Listen} {
		if address == "" {
			continue
		}
		if old, ok := inherited[name]; ok && old.address == address {
			open[name] = old
			continue
		}
		var l net.Listener
		switch {
		case len(given[name]) > 0:
			l = given[name][0]
		case name == adminGate:
			l, err = unixsock.Listen(address)
		default:
			l, err = net.Listen("tcp", address)
		}
		if err == nil {
			open[name], err = newGate(name, address, l)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen: %w", err), open.close())
		}
	}
	return open, nil
}

func newGate(name, address string, l net.Listener) (gate, error) {
	defer l.Close()
	file, ok := l.(interface{ File() (*os.File, error) })
	if !ok {
		return gate{}, fmt.Errorf("%s is no socket", address)
	}
	socket, err := file.File()
	return gate{name, address, socket}, err
}

func (g gates) close() error {
	var errs []error
	for _, one := range g {
		errs = append(errs, one.socket.Close())
	}
	return errors.Join(errs...)
}

// front serves an App at the gates of its site.
type front struct {
	doors  map[string]*door
	served sync.WaitGroup
	failed chan error // of a door; there is room for all of them
}

// door is one gate while this program serves there.
type door struct {
	*handover.Listener
	server  *http.Server
	leaving atomic.Bool // what still comes is answered, but nothing after it over the same connection
	over    atomic.Bool // what comes now is for another program
}

// Time-outs of the HTTP servers. There is none on a whole request or answer:
// uploads, downloads and websockets take what they take.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 5 * time.Second
	maxHeader     = 64 << 10 // bytes
)

// openFront begins to serve.
func (a *App) openFront(at gates) (*front, error) {
	f := &front{doors: map[string]*door{}, failed: make(chan error, len(at))}
	handlers := map[string]http.Handler{publicGate: a.Public(), adminGate: a.API(), metricsGate: a.Metrics()}
	for name, g := range at {
		l, err := net.FileListener(g.socket)
		if err != nil {
			f.close(context.Background())
			return nil, fmt.Errorf("listen on %s: %w", g.address, err)
		}
		d := &door{Listener: handover.Listen(l)}
		d.server = &http.Server{
			Handler: d.turnAway(handlers[name]), ConnState: d.State,
			ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		}
		f.doors[name] = d
	}
	for _, d := range f.doors {
		f.served.Go(func() {
			if err := d.serve(); err != nil {
				f.failed <- err
			}
		})
	}
	return f, nil
}

func (d *door) serve() error {
	err := d.server.Serve(d.Listener)
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", d.Addr(), err)
}

// turnAway has whoever asks here while another program serves already ask again,
// there. That are those only of whose request a part had come when all else was handed over.
func (d *door) turnAway(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.over.Load() {
			web.AskAgain(w, r)
			return
		}
		if d.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		to.ServeHTTP(w, r)
	})
}

// address is where the public pages are.
func (f *front) address() string { return f.doors[publicGate].Addr().String() }

// close accepts nothing more, lets requests under way finish for a while, and cuts
// what is left then: what still streams, on which nothing depends.
func (f *front) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	var closing sync.WaitGroup
	for _, d := range f.doors {
		closing.Go(func() {
			_ = d.Leave(func(c net.Conn) { c.Close() }) // whoever asks for nothing is not waited for
			if d.server.Shutdown(ctx) != nil {
				d.server.Close()
			}
		})
	}
	closing.Wait()
	f.served.Wait()
}
