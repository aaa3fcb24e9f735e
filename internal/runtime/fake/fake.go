// Package fake runs instances in memory, for the tests of other packages: a
// program is a Go function. A test says through the [Engine] what programs do
// and what goes wrong.
package fake

import (
	"context"
	"fmt"
	"sync"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Engine is what instances run in. It goes on when a driver is forgotten, as
// an engine does when nbhosting is restarted.
type Engine struct {
	mu        sync.Mutex
	instances map[key]*instance
	program   func(runtime.Spec) Program
	failures  Failures
	usage     func(runtime.Spec) runtime.Usage // nil: nothing is used
	images    map[string]string                // ids by names
}

type key struct{ site, name string }

// Failures are what goes wrong; the zero value is nothing.
type Failures struct {
	// Ping and Start return the error that they are to fail with, or nil; Start is
	// asked by Run, too. They may wait, for instance on a channel of the test's.
	Ping  func(context.Context) error
	Start func(context.Context, runtime.Spec) error
	// Call returns what any other method is to fail with, by its name, or nil.
	Call func(ctx context.Context, method string) error
}

// fail tells whether a method is to fail.
func (e *Engine) fail(ctx context.Context, method string) error {
	if call := e.failing().Call; call != nil {
		if err := call(ctx, method); err != nil {
			return fmt.Errorf("%s: %w: %w", method, runtime.ErrUnavailable, err)
		}
	}
	return nil
}

// NewEngine returns an engine in which an instance runs what program returns for it.
func NewEngine(program func(runtime.Spec) Program) *Engine {
	return &Engine{instances: make(map[key]*instance), program: program}
}

// Fail sets what goes wrong from now on.
func (e *Engine) Fail(failures Failures) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures = failures
}

func (e *Engine) failing() Failures {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.failures
}

// Use sets what instances use from now on. The function may be called by several goroutines.
func (e *Engine) Use(usage func(runtime.Spec) runtime.Usage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.usage = usage
}

// SetImage sets what a name of an image means from now on. Without it, any image's id is its name.
func (e *Engine) SetImage(name, id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.images == nil {
		e.images = map[string]string{}
	}
	e.images[name] = id
}

// image returns the id of an image, with mu held.
func (e *Engine) image(name string) string {
	if id, ok := e.images[name]; ok {
		return id
	}
	return name
}

// Close kills all instances of all sites and waits for their sockets to be gone.
func (e *Engine) Close() {
	e.mu.Lock()
	all := e.instances
	e.instances = make(map[key]*instance)
	e.mu.Unlock()
	for _, i := range all {
		i.kill()
	}
}

// Driver returns a new driver for a site.
func (e *Engine) Driver(site string) *Driver { return &Driver{engine: e, site: site} }

// find returns the instance, else nil.
func (e *Engine) find(k key) *instance {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.instances[k]
}
