package docker

import (
	"context"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Remove kills the container and removes it, with the volumes that its image asked for.
func (d *Driver) Remove(ctx context.Context, name string) error {
	unlock, err := d.names.lock(ctx, name)
	if err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	defer unlock()
	return d.remove(ctx, name)
}

func (d *Driver) remove(ctx context.Context, name string) error {
	found, there, err := d.findThawed(ctx, name)
	if err != nil || !there {
		return err
	}
	if state(found.State) != runtime.Ended {
		// Podman's forced removal waits for a polite end first. If killing
		// fails, removing says why.
		_, _ = d.client.ContainerKill(ctx, found.ID, client.ContainerKillOptions{Signal: "SIGKILL"})
	}
	return d.removeContainer(ctx, found.ID)
}

// How a container is waited for that somebody else is removing.
const (
	removalPoll    = 50 * time.Millisecond
	removalTimeout = 30 * time.Second
)

func (d *Driver) removeContainer(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, removalTimeout)
	defer cancel()
	for {
		_, err := d.client.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if err == nil || cerrdefs.IsNotFound(err) {
			return nil
		}
		if !cerrdefs.IsConflict(err) { // a conflict: it is being removed already
			return failed(err, "remove container", id)
		}
		select {
		case <-time.After(removalPoll):
		case <-ctx.Done():
			return failed(ctx.Err(), "remove container", id)
		}
	}
}
