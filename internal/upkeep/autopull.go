package upkeep

import (
	"context"
	"time"
)

// Autopull pulls the courses that ask for it, again and again, until ctx ends.
func (k *Keeper) Autopull(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(k.Interval):
		}
		if err := k.PullDue(ctx); err != nil && ctx.Err() == nil {
			k.Logger.Error("courses could not be pulled automatically", "err", err)
		}
	}
}

// PullDue asks for a pull of each course that is pulled automatically. Those that
// still wait for their last one are not asked for twice.
func (k *Keeper) PullDue(ctx context.Context) error {
	courses, err := k.Courses.Courses(ctx)
	if err != nil {
		return err
	}
	for _, c := range courses {
		if !c.Autopull || c.Archived {
			continue
		}
		if _, err := k.pull(ctx, c.Name, true); err != nil {
			return err
		}
	}
	return nil
}
