package docker

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Inspect returns the instance as it is now. One that is still being started is
// not there yet.
func (d *Driver) Inspect(ctx context.Context, name string) (runtime.Instance, error) {
	found, err := d.find(ctx, name)
	if err != nil {
		return runtime.Instance{}, err
	}
	if found.State.Status == container.StateCreated && d.names.isHeld(name) {
		return runtime.Instance{}, notFound(name)
	}
	return d.ended(ctx, found), nil
}

// find returns the container of an instance of ours, else ErrNotFound.
func (d *Driver) find(ctx context.Context, name string) (container.InspectResponse, error) {
	found, err := d.lookUp(ctx, name)
	if err != nil {
		return container.InspectResponse{}, err
	}
	if !d.owns(found) {
		return container.InspectResponse{}, notFound(name)
	}
	return found, nil
}

// lookUp returns the container that has an instance's name, whoever made it, else ErrNotFound.
func (d *Driver) lookUp(ctx context.Context, name string) (container.InspectResponse, error) {
	if err := runtime.CheckName(name); err != nil {
		return container.InspectResponse{}, notFound(name)
	}
	result, err := d.client.ContainerInspect(ctx, d.containerName(name), client.ContainerInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return container.InspectResponse{}, notFound(name)
	}
	if err != nil {
		return container.InspectResponse{}, failed(err, "inspect container", d.containerName(name))
	}
	// The engine also takes the beginning of an id for a name.
	if found := result.Container; strings.TrimPrefix(found.Name, "/") == d.containerName(name) && found.State != nil && found.Config != nil {
		return found, nil
	}
	return container.InspectResponse{}, notFound(name)
}

func notFound(name string) error { return fmt.Errorf("%s: %w", name, runtime.ErrNotFound) }

// owns tells whether a container was started by our site, under the name that it has.
func (d *Driver) owns(c container.InspectResponse) bool {
	labels := c.Config.Labels
	return labels[labelSite] == d.site && strings.TrimPrefix(c.Name, "/") == d.containerName(labels[labelName])
}

// instance says what the engine says of a container in the words of the runtime.
func instance(c container.InspectResponse) runtime.Instance {
	labels := c.Config.Labels
	uid, err := strconv.Atoi(labels[labelUID])
	if err != nil {
		uid = -1 // nothing that belongs to it
	}
	i := runtime.Instance{
		Name:   labels[labelName],
		Labels: callersLabels(labels),
		State:  state(c.State),
		Endpoint: runtime.Endpoint{
			Network: "unix",
			Address: filepath.Join(labels[labelDir], runtime.SocketName),
			UID:     uid,
		},
	}
	if started, err := time.Parse(time.RFC3339Nano, c.State.StartedAt); err == nil && started.Year() > 1 {
		i.StartedAt = started
	}
	if i.State == runtime.Ended {
		i.OOMKilled = c.State.OOMKilled
		i.ExitCode = c.State.ExitCode
		if i.StartedAt.IsZero() {
			i.ExitCode = -1
		}
	}
	return i
}

func state(s *container.State) runtime.State {
	switch {
	case s.Paused:
		return runtime.Paused
	case s.Running:
		return runtime.Running
	}
	return runtime.Ended
}
