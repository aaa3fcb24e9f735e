package docker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Stop sends SIGTERM to the program, and after the grace, in whole seconds
// rounded up, SIGKILL to all of the container.
func (d *Driver) Stop(ctx context.Context, name string, grace time.Duration) error {
	unlock, err := d.names.lock(ctx, name)
	if err != nil {
		return fmt.Errorf("stop %s: %w", name, err)
	}
	defer unlock()
	found, there, err := d.findThawed(ctx, name)
	if err != nil || !there {
		return err
	}
	if state(found.State) == runtime.Ended {
		return nil
	}
	seconds := int(math.Ceil(grace.Seconds()))
	_, err = d.client.ContainerStop(ctx, found.ID, client.ContainerStopOptions{Timeout: &seconds})
	if err == nil || cerrdefs.IsNotFound(err) || d.hasEnded(ctx, name) {
		return nil
	}
	return failed(err, "stop container", d.containerName(name))
}

// hasEnded tells whether the instance does not run, however it came to that.
func (d *Driver) hasEnded(ctx context.Context, name string) bool {
	found, err := d.find(ctx, name)
	return errors.Is(err, runtime.ErrNotFound) || err == nil && state(found.State) == runtime.Ended
}

// findThawed returns the container of an instance, which is not paused any more,
// and whether there is one.
func (d *Driver) findThawed(ctx context.Context, name string) (found container.InspectResponse, there bool, err error) {
	found, err = d.find(ctx, name)
	if errors.Is(err, runtime.ErrNotFound) {
		return found, false, nil
	}
	if err == nil && state(found.State) == runtime.Paused {
		err = d.thaw(ctx, found.ID)
	}
	return found, err == nil, err
}

// thaw lets a paused container go on: a program must run to hear a signal.
func (d *Driver) thaw(ctx context.Context, id string) error {
	_, err := d.client.ContainerUnpause(ctx, id, client.ContainerUnpauseOptions{})
	if err == nil || cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return failed(err, "unpause container", id)
}
