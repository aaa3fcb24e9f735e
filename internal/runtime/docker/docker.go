// Package docker runs instances as containers of Docker or Podman, through the
// engine's API (1.41 and what is negotiated above it).
//
// A container runs as the instance's own user id with no capability and no way
// to gain one, publishes no port, and sees of this host's files only its mounts.
// The engine must run on this host: sockets are reached through mounts. All
// limits of [runtime.Limits] are enforced; the output that is kept of a
// container is bounded.
//
// Every container of ours carries the label nbhosting.site; those without our
// site's value are never touched. All sites of an engine share one network, in
// which Docker lets no container reach another; it stays when they are gone.
package docker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Options of a driver.
type Options struct {
	// Host is the address of the engine, as in unix:///run/podman/podman.sock.
	// Empty is DOCKER_HOST of the environment, else the usual socket of Docker.
	Host string
	// Site tells the instances of several sites on one engine apart.
	Site string
	// NamePrefix begins the names of our containers, so that people know them.
	NamePrefix string
	Logger     *slog.Logger
}

// Driver is a [runtime.Runtime] whose instances are containers. It also makes
// the images that they run in.
type Driver struct {
	client   *client.Client
	site     string
	prefix   string
	log      *slog.Logger
	names    names // of instances
	tasks    names // of instances that a Run of ours waits for
	networks names
	engine   engine
}

var _ runtime.Runtime = (*Driver)(nil)

// New returns a driver. It does not speak to the engine yet: Ping does.
func New(options Options) (*Driver, error) {
	if options.Site == "" {
		return nil, errors.New("docker driver: a site is needed")
	}
	where := []client.Opt{client.WithTLSClientConfigFromEnv(), client.WithHostFromEnv()}
	if options.Host != "" {
		where = []client.Opt{client.WithHost(options.Host)}
	}
	c, err := client.New(where...)
	if err != nil {
		return nil, fmt.Errorf("docker driver: %w", err)
	}
	return &Driver{client: c, site: options.Site, prefix: options.NamePrefix, log: options.Logger}, nil
}

// Close drops the idle connections to the engine.
func (d *Driver) Close() error { return d.client.Close() }

// Confined returns true: programs see their own file system.
func (d *Driver) Confined() bool { return true }

// Ping asks the engine whether it is there and speaks a version that we know.
func (d *Driver) Ping(ctx context.Context) error {
	if _, err := d.client.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return fmt.Errorf("%w: %w", runtime.ErrUnavailable, err)
	}
	return nil
}

func (d *Driver) containerName(name string) string { return d.prefix + name }
