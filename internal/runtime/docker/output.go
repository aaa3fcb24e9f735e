package docker

import (
	"context"
	"fmt"
	"strconv"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Output returns the end of what the program printed, on both its outputs, in order.
func (d *Driver) Output(ctx context.Context, name string, lines int) (string, error) {
	found, err := d.find(ctx, name)
	if err != nil {
		return "", err
	}
	logs, err := d.client.ContainerLogs(ctx, found.ID, client.ContainerLogsOptions{
		ShowStdout: true,
		ShowStderr: true,
		Tail:       strconv.Itoa(max(lines, 0)),
	})
	if err != nil {
		return "", failed(err, "read output of container", d.containerName(name))
	}
	defer logs.Close()
	tail := runtime.NewTail(lines)
	if _, err := stdcopy.StdCopy(tail, tail, logs); err != nil {
		return "", fmt.Errorf("read output of container %s: %w", d.containerName(name), err)
	}
	return tail.String(), nil
}
