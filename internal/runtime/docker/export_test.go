package docker

import (
	"context"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// BothUsages returns what the control groups say that an instance uses, and what the engine says.
func (d *Driver) BothUsages(ctx context.Context, name string) (groups, engine runtime.Usage, err error) {
	found, err := d.find(ctx, name)
	if err != nil {
		return groups, engine, err
	}
	if groups, err = groupUsage(found.ID, found.State.Pid); err != nil {
		return groups, engine, err
	}
	engine, err = d.engineUsage(ctx, name, found.ID)
	return groups, engine, err
}
