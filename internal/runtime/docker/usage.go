package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Usage reads the container's control groups, or has the engine do that where we
// cannot see them.
func (d *Driver) Usage(ctx context.Context, name string) (runtime.Usage, error) {
	found, err := d.find(ctx, name)
	if err != nil {
		return runtime.Usage{}, err
	}
	if state(found.State) == runtime.Ended {
		return runtime.Usage{}, notFound(name)
	}
	usage, err := groupUsage(found.ID, found.State.Pid)
	if err != nil {
		if usage, err = d.engineUsage(ctx, name, found.ID); err != nil {
			return runtime.Usage{}, err
		}
	}
	usage.Image = found.Image
	if found.HostConfig != nil {
		usage.MemoryLimit = found.HostConfig.Memory
	}
	return usage, nil
}

func (d *Driver) engineUsage(ctx context.Context, name, id string) (runtime.Usage, error) {
	stats, err := d.stats(ctx, id)
	switch {
	case cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err):
		return runtime.Usage{}, notFound(name) // gone since
	case err != nil:
		return runtime.Usage{}, failed(err, "ask what is used by container", d.containerName(name))
	case stats.CPUStats.CPUUsage.TotalUsage == 0 && d.hasEnded(ctx, name):
		return runtime.Usage{}, notFound(name)
	}
	return runtime.Usage{
		CPU:         time.Duration(min(stats.CPUStats.CPUUsage.TotalUsage, 1<<62)),
		MemoryBytes: memoryInUse(stats.MemoryStats),
		PIDs:        int64(min(stats.PidsStats.Current, 1<<62)),
	}, nil
}

func (d *Driver) stats(ctx context.Context, id string) (stats container.StatsResponse, err error) {
	answer, err := d.client.ContainerStats(ctx, id, client.ContainerStatsOptions{})
	if err != nil {
		return stats, err
	}
	defer answer.Body.Close()
	return stats, json.NewDecoder(answer.Body).Decode(&stats)
}

// memoryInUse leaves out the files that the kernel keeps and has not been asked
// for lately: it gives them back before anything is killed.
func memoryInUse(m container.MemoryStats) int64 {
	inactive, ok := m.Stats["total_inactive_file"] // cgroup v1
	if !ok {
		inactive = m.Stats["inactive_file"] // v2
	}
	if inactive > m.Usage {
		inactive = 0
	}
	return int64(min(m.Usage-inactive, 1<<62))
}

// ImageID asks the engine what an image's name means.
func (d *Driver) ImageID(ctx context.Context, image string) (string, error) {
	found, err := d.client.ImageInspect(ctx, image)
	if cerrdefs.IsNotFound(err) {
		return "", fmt.Errorf("%s: %w", image, runtime.ErrNoImage)
	}
	if err != nil {
		return "", failed(err, "look for image", image)
	}
	return found.ID, nil
}
