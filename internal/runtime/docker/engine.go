package docker

import (
	"context"
	"strings"
	"sync"

	"github.com/moby/moby/client"
)

// engine is what is known about the engine, asked once.
type engine struct {
	mu      sync.Mutex
	known   bool
	podman  bool
	initOff bool // it has no program to put at the top of a container's processes
}

// isPodman asks what the engine is. Podman speaks Docker's API with an accent.
func (d *Driver) isPodman(ctx context.Context) (bool, error) {
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	if d.engine.known {
		return d.engine.podman, nil
	}
	version, err := d.client.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return false, failed(err, "ask for the version of", "the engine")
	}
	for _, component := range version.Components {
		if strings.HasPrefix(component.Name, "Podman") {
			d.engine.podman = true
		}
	}
	d.engine.known = true
	return d.engine.podman, nil
}

// RootDir returns the directory in which the engine keeps images and containers.
func (d *Driver) RootDir(ctx context.Context) (string, error) {
	result, err := d.client.Info(ctx, client.InfoOptions{})
	if err != nil {
		return "", failed(err, "ask for the directory of", "the engine")
	}
	return result.Info.DockerRootDir, nil
}

// hasInit tells whether the engine can run a small init as the first process
// of a container. As far as we know it can.
func (d *Driver) hasInit() bool {
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	return !d.engine.initOff
}

// lacksInit tells whether err says that the engine's init program is not
// installed, and remembers it.
func (d *Driver) lacksInit(err error) bool {
	text := err.Error()
	if !strings.Contains(text, "docker-init") && !strings.Contains(text, "container-init") && !strings.Contains(text, "catatonit") {
		return false
	}
	d.engine.mu.Lock()
	defer d.engine.mu.Unlock()
	first := !d.engine.initOff
	d.engine.initOff = true
	if first {
		d.log.Warn("the container engine has no init program (docker-init, catatonit): ended kernels stay as zombies until their server ends", "err", err)
	}
	return first
}
