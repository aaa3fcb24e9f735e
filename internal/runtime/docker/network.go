package docker

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// network returns the engine's name of a network, which it creates where it is missing.
func (d *Driver) network(ctx context.Context, network runtime.Network) (string, error) {
	switch network {
	case runtime.NetworkNone:
		return "none", nil
	case runtime.NetworkBridge:
		return d.bridge(ctx)
	}
	return "", fmt.Errorf("unknown network %q", network)
}

// bridge makes sure that the site's network exists: it may have been pruned
// while no instance ran.
func (d *Driver) bridge(ctx context.Context) (string, error) {
	name := "nbhosting-" + d.site
	unlock, err := d.networks.lock(ctx, name)
	if err != nil {
		return "", err
	}
	defer unlock()
	found, err := d.client.NetworkInspect(ctx, name, client.NetworkInspectOptions{})
	if err == nil && found.Network.Name == name {
		if found.Network.Labels[labelSite] != d.site {
			return "", fmt.Errorf("use network %s: %w", name, runtime.ErrNameTaken)
		}
		return name, nil
	}
	if err != nil && !cerrdefs.IsNotFound(err) {
		return "", failed(err, "look for network", name)
	}
	return name, d.createBridge(ctx, name)
}

// createBridge creates a network whose containers reach the outside but not each other.
func (d *Driver) createBridge(ctx context.Context, name string) error {
	podman, err := d.isPodman(ctx)
	if err != nil {
		return err
	}
	options := client.NetworkCreateOptions{Driver: "bridge", Labels: map[string]string{labelSite: d.site}}
	if !podman {
		options.Options = map[string]string{"com.docker.network.bridge.enable_icc": "false"}
	}
	if _, err := d.client.NetworkCreate(ctx, name, options); err != nil {
		return failed(err, "create network", name)
	}
	return nil
}
