package docker

import (
	"context"
	"errors"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Start runs the container of spec, unless it runs.
func (d *Driver) Start(ctx context.Context, spec runtime.Spec) (runtime.Instance, error) {
	if err := spec.Check(); err != nil {
		return runtime.Instance{}, err
	}
	unlock, err := d.names.lock(ctx, spec.Name)
	if err != nil {
		return runtime.Instance{}, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	defer unlock()
	running, err := d.reuse(ctx, spec.Name)
	if !errors.Is(err, runtime.ErrNotFound) {
		return running, err
	}
	if err := d.run(ctx, spec, unattached); err != nil {
		return runtime.Instance{}, err
	}
	started, err := d.find(ctx, spec.Name)
	if err != nil {
		d.discard(ctx, spec.Name)
		return runtime.Instance{}, err
	}
	return instance(started), nil
}

// reuse returns the instance of that name if it runs; if it has ended, clears it
// away; then, and if there is none, returns ErrNotFound.
func (d *Driver) reuse(ctx context.Context, name string) (runtime.Instance, error) {
	found, err := d.lookUp(ctx, name)
	if err != nil {
		return runtime.Instance{}, err
	}
	if !d.owns(found) {
		return runtime.Instance{}, fmt.Errorf("container %s: %w", d.containerName(name), runtime.ErrNameTaken)
	}
	if state(found.State) != runtime.Ended {
		return instance(found), nil
	}
	if err := d.removeContainer(ctx, found.ID); err != nil {
		return runtime.Instance{}, err
	}
	return runtime.Instance{}, notFound(name)
}

// attach is called with the id of a container before it is started.
type attach func(ctx context.Context, id string) error

func unattached(context.Context, string) error { return nil }

// run creates and starts a container. It tries again without an init where the
// engine turns out to have none.
func (d *Driver) run(ctx context.Context, spec runtime.Spec, attach attach) error {
	err := d.runOnce(ctx, spec, attach)
	if err != nil {
		d.discard(ctx, spec.Name)
		if d.lacksInit(err) {
			return d.run(ctx, spec, attach)
		}
	}
	return err
}

func (d *Driver) runOnce(ctx context.Context, spec runtime.Spec, attach attach) error {
	if err := spec.CheckMounts(); err != nil {
		return err
	}
	description, err := d.container(ctx, spec)
	if err != nil {
		return err
	}
	patient, cancel := settling(ctx)
	defer cancel()
	created, err := d.client.ContainerCreate(patient, description)
	if err != nil {
		return d.createFailed(ctx, spec, err)
	}
	for _, warning := range created.Warnings {
		d.log.Debug("the container engine warns", "instance", spec.Name, "warning", warning)
	}
	attachErr := attach(patient, created.ID)
	// Podman looks for the program when somebody attaches, but says only here that it is not there.
	if _, err := d.client.ContainerStart(patient, created.ID, client.ContainerStartOptions{}); err != nil {
		return failed(err, "start container", description.Name)
	}
	if err := errors.Join(attachErr, ctx.Err()); err != nil {
		return fmt.Errorf("start container %s: %w", description.Name, err)
	}
	return nil
}

// settleTime is how long an engine gets to finish a step whose caller has gone.
const settleTime = 20 * time.Second

// settling returns a context that ends a while after ctx does. An engine goes on
// with a step although nobody waits for it any more, and what comes of that can
// only be cleared away once it has come.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(settleTime, cancel) })
	return patient, func() { forget(); cancel() }
}

// createFailed finds out what the engine did not find, or what was there already.
func (d *Driver) createFailed(ctx context.Context, spec runtime.Spec, err error) error {
	if cerrdefs.IsConflict(err) {
		return fmt.Errorf("create container %s: %w: %w", d.containerName(spec.Name), runtime.ErrNameTaken, err)
	}
	if exists, existsErr := d.ImageExists(ctx, spec.Image); existsErr == nil && !exists {
		return fmt.Errorf("create container %s: %w: %s", d.containerName(spec.Name), runtime.ErrNoImage, spec.Image)
	}
	return failed(err, "create container", d.containerName(spec.Name))
}

// discardTimeout bounds the clearing away after a failure.
const discardTimeout = 20 * time.Second

// discard removes what a failed start or a run may have left, even when its caller has gone.
func (d *Driver) discard(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	if err := d.remove(ctx, name); err != nil {
		d.log.Error("cannot remove a container that nobody needs any more", "instance", name, "err", err)
	}
}
