// Package process runs instances as plain programs of this host: for
// demonstrations, development, and classes in which people trust each other.
//
// A program runs under the instance's user id where nbhosting is root, and that
// is all that keeps programs apart: each sees the files of this host that its
// user id may see, its processes, and its network, whatever [runtime.Network]
// says. No limit is enforced. That a mount is read-only and the image are
// ignored. The output of a program is read from its end only; the file itself
// grows.
//
// Programs are in a session of their own and outlive nbhosting. What is known of
// each is a file in the state directory, so that the next nbhosting finds it.
// A program gets one variable more than its caller gives, NBHOSTING_INSTANCE: by it
// its descendants are found and ended with it, whatever sessions they made for themselves.
//
// None of this holds for programs that are run to their end: see [Driver.Run].
package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Options of a driver.
type Options struct {
	// StateDir is where the state and the output of programs is kept. It is
	// created where it is missing. Each site has its own.
	StateDir string
	// BinDir is looked in first for programs, as in the bin directory of a
	// Python environment. Empty is none.
	BinDir string
	// Path is the rest of the PATH of programs; empty is the usual one.
	Path   string
	Logger *slog.Logger
}

const usualPath = "/usr/local/bin:/usr/bin:/bin"

// Driver is a [runtime.Runtime] whose instances are programs of this host.
type Driver struct {
	state  store
	binDir string
	path   string // PATH
	log    *slog.Logger
}

var _ runtime.Runtime = (*Driver)(nil)

// New returns a driver, and makes its state directory, readable to us only.
func New(options Options) (*Driver, error) {
	if !filepath.IsAbs(options.StateDir) {
		return nil, fmt.Errorf("process driver: the state directory needs an absolute path, not %q", options.StateDir)
	}
	if err := os.MkdirAll(options.StateDir, 0o700); err != nil {
		return nil, fmt.Errorf("process driver: make the state directory: %w", err)
	}
	path := options.Path
	if path == "" {
		path = usualPath
	}
	if options.BinDir != "" {
		path = options.BinDir + ":" + path
	}
	return &Driver{state: store{dir: options.StateDir}, binDir: options.BinDir, path: path, log: options.Logger}, nil
}

// Confined returns false: programs see the files of this host.
func (d *Driver) Confined() bool { return false }

// Ping returns nil unless the state directory has gone.
func (d *Driver) Ping(context.Context) error {
	unlock, err := d.state.lock()
	if err != nil {
		return fmt.Errorf("%w: %w", runtime.ErrUnavailable, err)
	}
	unlock()
	return nil
}

// Inspect returns the instance as it is now.
func (d *Driver) Inspect(_ context.Context, name string) (runtime.Instance, error) {
	unlock, err := d.state.lock()
	if err != nil {
		return runtime.Instance{}, err
	}
	defer unlock()
	r, err := d.state.read(name)
	if err != nil {
		return runtime.Instance{}, err
	}
	return r.instance(), nil
}

// List returns all instances whose state is in the state directory. It gives back
// what the beginning of their output takes on the disk.
func (d *Driver) List(context.Context) ([]runtime.Instance, error) {
	unlock, err := d.state.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	names, err := d.state.names()
	if err != nil {
		return nil, err
	}
	var instances []runtime.Instance
	for _, name := range names {
		r, err := d.state.read(name)
		if errors.Is(err, runtime.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := d.state.trim(name); err != nil {
			d.log.Warn("the output of a program cannot be bounded", "instance", name, "err", err)
		}
		instances = append(instances, r.instance())
	}
	return instances, nil
}
