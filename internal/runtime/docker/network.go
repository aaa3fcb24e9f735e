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

// bridgeName is the network of all instances of all sites on an engine: they do
// not reach each other in it, and engines have room for some thirty networks only.
const bridgeName = "nbhosting"

// bridge makes sure that the network exists: it may have been pruned while no
// instance ran.
func (d *Driver) bridge(ctx context.Context) (string, error) {
	unlock, err := d.networks.lock(ctx, bridgeName)
	if err != nil {
		return "", err
	}
	defer unlock()
	found, err := d.client.NetworkInspect(ctx, bridgeName, client.NetworkInspectOptions{})
	if err == nil && found.Network.Name == bridgeName {
		if _, ours := found.Network.Labels[labelNetwork]; !ours {
			return "", fmt.Errorf("use network %s: %w", bridgeName, runtime.ErrNameTaken)
		}
		return bridgeName, nil
	}
	if err != nil && !cerrdefs.IsNotFound(err) {
		return "", failed(err, "look for network", bridgeName)
	}
	return bridgeName, d.createBridge(ctx)
}

// createBridge creates a network whose containers reach the outside but not each
// other, unless another program has created it at this moment.
func (d *Driver) createBridge(ctx context.Context) error {
	podman, err := d.isPodman(ctx)
	if err != nil {
		return err
	}
	options := client.NetworkCreateOptions{Driver: "bridge", Labels: map[string]string{labelNetwork: "yes"}}
	if !podman {
		options.Options = map[string]string{"com.docker.network.bridge.enable_icc": "false"}
	}
	if _, err := d.client.NetworkCreate(ctx, bridgeName, options); err != nil && !cerrdefs.IsConflict(err) {
		return failed(err, "create network", bridgeName)
	}
	return nil
}
