package docker

import (
	"context"
	"strconv"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// usersGroup is the group "users", to which the home directory of the images
// of Jupyter's docker-stacks is writable.
const usersGroup = "100"

// container describes the container of spec to the engine.
func (d *Driver) container(ctx context.Context, spec runtime.Spec) (client.ContainerCreateOptions, error) {
	podman, err := d.isPodman(ctx)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	labels, err := d.labels(spec)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	network, err := d.network(ctx, spec.Network)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	init := d.hasInit()
	return client.ContainerCreateOptions{
		Name: d.containerName(spec.Name),
		Config: &container.Config{
			Image:      spec.Image,
			User:       strconv.Itoa(spec.UID) + ":" + strconv.Itoa(spec.GID),
			Env:        spec.Env,
			Entrypoint: spec.Command, // instead of the image's, and of its command
			WorkingDir: spec.WorkDir,
			Labels:     labels,
			StopSignal: "SIGTERM",
			// We ask servers ourselves, and an image's check would start a program again and again.
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		},
		HostConfig: &container.HostConfig{
			Mounts:      mounts(spec.Mounts),
			NetworkMode: container.NetworkMode(network),
			GroupAdd:    []string{usersGroup},
			CapDrop:     []string{"ALL"},
			SecurityOpt: []string{"no-new-privileges"},
			Init:        &init,
			Resources:   resources(spec.Limits, podman),
			LogConfig:   logConfig(podman),

			ReadonlyRootfs: spec.ReadOnlyRoot,
			Tmpfs:          tmpfs(spec),
		},
	}, nil
}

// tmpfs is what a program can write to that has no root of its own. What it
// writes there counts as its memory; without a limit of that, this is one.
func tmpfs(spec runtime.Spec) map[string]string {
	if !spec.ReadOnlyRoot {
		return nil
	}
	return map[string]string{"/tmp": "rw,nosuid,nodev,exec,mode=1777,size=1g"}
}

// mounts uses the long form of mounts: the short one creates a source that is missing.
func mounts(mounts []runtime.Mount) []mount.Mount {
	var binds []mount.Mount
	for _, m := range mounts {
		binds = append(binds, mount.Mount{Type: mount.TypeBind, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly})
	}
	return binds
}

// cpuPeriod is the time in microseconds in which a container gets its share.
const cpuPeriod = 100_000

// cpuShares is what a container weighs where all processors are taken; other
// services of the machine, and this program, weigh 1024 each. A class that computes leaves them in use.
const cpuShares = 128

// resources sets CPU time by quota and not by NanoCPUs, which an engine refuses
// when it has fewer cores than that.
func resources(limits runtime.Limits, podman bool) container.Resources {
	r := container.Resources{Memory: limits.MemoryBytes, MemorySwap: limits.MemoryBytes, Ulimits: ulimits(limits, podman)}
	if limits.CPUs > 0 {
		r.CPUPeriod = cpuPeriod
		r.CPUQuota = int64(limits.CPUs * cpuPeriod)
		r.CPUShares = cpuShares
	}
	if limits.PIDs > 0 {
		r.PidsLimit = &limits.PIDs
	}
	return r
}

// logConfig bounds what is kept of a program's output: of two files, one is
// always whole.
func logConfig(podman bool) container.LogConfig {
	options := map[string]string{"max-size": "1m", "max-file": "2"}
	if podman {
		delete(options, "max-file") // Podman keeps the newest of one file
	}
	return container.LogConfig{Type: "json-file", Config: options}
}
