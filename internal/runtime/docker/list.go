package docker

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// inspectsAtOnce bounds the questions to the engine of one List, whose own
// answer does not tell how an instance ended.
const inspectsAtOnce = 8

// List returns all instances of this site but those still being started, and
// those that a Run of ours waits for.
func (d *Driver) List(ctx context.Context) ([]runtime.Instance, error) {
	filters := make(client.Filters).Add("label", labelSite+"="+d.site)
	listed, err := d.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		return nil, failed(err, "list containers of", d.site)
	}
	var mu sync.Mutex
	var instances []runtime.Instance
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inspectsAtOnce)
	for _, summary := range listed.Items {
		if !d.named(summary) || d.tasks.isHeld(summary.Labels[labelName]) {
			continue
		}
		group.Go(func() error {
			i, err := d.Inspect(ctx, summary.Labels[labelName])
			if errors.Is(err, runtime.ErrNotFound) {
				return nil // gone since, or on its way
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			instances = append(instances, i)
			return nil
		})
	}
	return instances, group.Wait()
}

// named tells whether a listed container is called what its label says.
func (d *Driver) named(c container.Summary) bool {
	for _, name := range c.Names {
		if strings.TrimPrefix(name, "/") == d.containerName(c.Labels[labelName]) {
			return true
		}
	}
	return false
}
