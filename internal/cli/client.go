package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/unixsock"
	"github.com/nbhosting/nbhosting/internal/web"
)

// client speaks to the API, wherever it is served.
type client struct {
	http   *http.Client
	served bool // by a program that goes on when the command ends
	close  func() error
}

// client connects to the program that serves the site; if none does, it takes
// hold of the site itself for as long as the command runs.
func (e *env) client(ctx context.Context) (*client, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		c, err := e.connect(ctx, cfg)
		if !errors.Is(err, app.ErrBusy) || try == busyTries {
			return c, err
		}
		select { // a program is on its way up or down
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(busyPause):
		}
	}
}

const (
	busyTries = 50
	busyPause = 200 * time.Millisecond
)

func (e *env) connect(ctx context.Context, cfg config.Config) (*client, error) {
	c, err := dial(ctx, cfg)
	if !errors.Is(err, errNotServed) {
		return c, err
	}
	log := cfg.Log
	log.Level = "warn"
	a, err := app.Open(ctx, cfg, e.Version, newLogger(log, e.Stderr))
	if err != nil {
		return nil, err
	}
	_ = a.Adopt(ctx) // what has to do with servers, and only that, fails for it and says so
	l := &local{handler: a.API()}
	return &client{http: &http.Client{Transport: l}, close: func() error {
		l.wait()
		return a.Close()
	}}, nil
}

var errNotServed = errors.New("no program serves the site")

// dial connects to the program that serves the site, else errNotServed.
func dial(ctx context.Context, cfg config.Config) (*client, error) {
	path := app.AdminSocket(cfg)
	conn, err := unixsock.Dial(ctx, path, unixsock.AnyOwner)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ECONNREFUSED) || errors.Is(err, unix.ENOTDIR):
		return nil, errNotServed
	case err != nil:
		return nil, fmt.Errorf("speak to the program that serves %s: %w", cfg.Root, err)
	}
	conn.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return unixsock.Dial(ctx, path, unixsock.AnyOwner)
	}}
	return &client{http: &http.Client{Transport: transport}, served: true, close: func() error {
		transport.CloseIdleConnections()
		return nil
	}}, nil
}

// request sends a request and returns the body of an answer that is not an error.
func (c *client) request(ctx context.Context, method, path string, body any) (io.ReadCloser, error) {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://nbhosting"+path, &content)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the program that serves the site: %w", err)
	}
	if resp.StatusCode < 300 {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var failure web.APIError
	if err := json.NewDecoder(resp.Body).Decode(&failure); err != nil || failure.Message == "" {
		return nil, fmt.Errorf("the program that serves the site answered %s", resp.Status)
	}
	return nil, asError(failure)
}

// call sends a request and reads the JSON of its answer into result.
func (c *client) call(ctx context.Context, method, path string, body, result any) error {
	answer, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer answer.Close()
	return json.NewDecoder(answer).Decode(result)
}

// get asks the API and reads its answer into result.
func (c *client) get(ctx context.Context, path string, result any) error {
	return c.call(ctx, http.MethodGet, path, nil, result)
}

// with calls do with a client, for as long as that runs.
func (e *env) with(ctx context.Context, do func(*client) error) error {
	c, err := e.client(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.close())
}

// get asks the API and reads its answer into result.
func (e *env) get(ctx context.Context, path string, result any) error {
	return e.with(ctx, func(c *client) error { return c.get(ctx, path, result) })
}

func asError(e web.APIError) error {
	return nbhosting.Errorf(nbhosting.KindNamed(e.Kind), "%s", e.Message)
}
