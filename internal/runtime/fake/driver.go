package fake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Driver is a [runtime.Runtime] without an engine.
type Driver struct {
	engine *Engine
	site   string
}

var _ runtime.Runtime = (*Driver)(nil)

// Confined returns false: programs see the files of this host.
func (d *Driver) Confined() bool { return false }

// Ping fails if the test said so.
func (d *Driver) Ping(ctx context.Context) error {
	if ping := d.engine.failing().Ping; ping != nil {
		if err := ping(ctx); err != nil {
			return fmt.Errorf("%w: %w", runtime.ErrUnavailable, err)
		}
	}
	return nil
}

// Start runs the engine's program for spec, unless it runs.
func (d *Driver) Start(ctx context.Context, spec runtime.Spec) (runtime.Instance, error) {
	if err := errors.Join(ctx.Err(), spec.Check(), spec.CheckMounts()); err != nil {
		return runtime.Instance{}, err
	}
	if start := d.engine.failing().Start; start != nil {
		if err := start(ctx, spec); err != nil {
			return runtime.Instance{}, fmt.Errorf("start %s: %w", spec.Name, err)
		}
	}
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	k := key{d.site, spec.Name}
	i := d.engine.instances[k]
	if i == nil || !i.runs() {
		i = run(spec, d.engine.program(spec))
		i.image = d.engine.image(spec.Image)
		d.engine.instances[k] = i
	}
	return i.tell(), nil
}

// Inspect returns the instance as it is now.
func (d *Driver) Inspect(ctx context.Context, name string) (runtime.Instance, error) {
	if err := d.engine.fail(ctx, "inspect"); err != nil {
		return runtime.Instance{}, err
	}
	i := d.engine.find(key{d.site, name})
	if i == nil {
		return runtime.Instance{}, fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	return i.tell(), nil
}

// List returns all instances of the site.
func (d *Driver) List(ctx context.Context) ([]runtime.Instance, error) {
	if err := d.engine.fail(ctx, "list"); err != nil {
		return nil, err
	}
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	var all []runtime.Instance
	for k, i := range d.engine.instances {
		if k.site == d.site {
			all = append(all, i.tell())
		}
	}
	return all, nil
}

// Stop asks the program to end, and kills it after the grace.
func (d *Driver) Stop(ctx context.Context, name string, grace time.Duration) error {
	if err := d.engine.fail(ctx, "stop"); err != nil {
		return err
	}
	i := d.engine.find(key{d.site, name})
	if i == nil {
		return nil
	}
	i.term()
	over := time.NewTimer(grace)
	defer over.Stop()
	select {
	case <-i.returned:
	case <-over.C:
		i.kill()
	case <-ctx.Done():
		return fmt.Errorf("stop %s: %w", name, ctx.Err())
	}
	return nil
}

// Remove kills the program and forgets it.
func (d *Driver) Remove(ctx context.Context, name string) error {
	if err := d.engine.fail(ctx, "remove"); err != nil {
		return err
	}
	k := key{d.site, name}
	d.engine.mu.Lock()
	i := d.engine.instances[k]
	delete(d.engine.instances, k)
	d.engine.mu.Unlock()
	if i != nil {
		i.kill()
	}
	return nil
}

// Output returns the end of what the program printed.
func (d *Driver) Output(ctx context.Context, name string, lines int) (string, error) {
	if err := d.engine.fail(ctx, "output"); err != nil {
		return "", err
	}
	i := d.engine.find(key{d.site, name})
	if i == nil {
		return "", fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	return i.print(lines), nil
}

// Usage returns what the test said that instances use, and the image.
func (d *Driver) Usage(ctx context.Context, name string) (runtime.Usage, error) {
	if err := d.engine.fail(ctx, "usage"); err != nil {
		return runtime.Usage{}, err
	}
	i := d.engine.find(key{d.site, name})
	if i == nil || !i.runs() {
		return runtime.Usage{}, fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	d.engine.mu.Lock()
	use := d.engine.usage
	d.engine.mu.Unlock()
	usage := runtime.Usage{PIDs: 1}
	if use != nil {
		usage = use(i.spec)
	}
	usage.Image = i.image
	return usage, nil
}

// ImageID returns the image that the name means now.
func (d *Driver) ImageID(ctx context.Context, image string) (string, error) {
	if err := d.engine.fail(ctx, "image id"); err != nil {
		return "", err
	}
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	return d.engine.image(image), nil
}
