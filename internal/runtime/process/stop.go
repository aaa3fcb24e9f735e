package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Stop sends SIGTERM to the main process and, once it has ended or the grace is
// over, SIGKILL to whatever is left of the instance.
func (d *Driver) Stop(ctx context.Context, name string, grace time.Duration) error {
	r, err := d.locked(name)
	if errors.Is(err, runtime.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.runs() {
		if err := signal(r.Main, unix.SIGTERM); err != nil {
			return fmt.Errorf("stop %s: %w", name, err)
		}
		if err := d.await(ctx, r, grace); err != nil {
			return fmt.Errorf("stop %s: %w", name, err)
		}
	}
	return d.finish(ctx, r)
}

// Remove kills all of the instance at once, and forgets it.
func (d *Driver) Remove(ctx context.Context, name string) error {
	r, err := d.locked(name)
	if errors.Is(err, runtime.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.finish(ctx, r); err != nil {
		return err
	}
	unlock, err := d.state.lock()
	if err != nil {
		return err
	}
	defer unlock()
	now, err := d.state.read(name)
	if errors.Is(err, runtime.ErrNotFound) || err == nil && now.Main != r.Main {
		return nil // somebody else removed it, and perhaps started another
	}
	return d.state.remove(name)
}

// locked reads the record of an instance.
func (d *Driver) locked(name string) (record, error) {
	unlock, err := d.state.lock()
	if err != nil {
		return record{}, err
	}
	defer unlock()
	return d.state.read(name)
}

// await waits for the main process to end, no longer than grace.
func (d *Driver) await(ctx context.Context, r record, grace time.Duration) error {
	over := time.NewTimer(grace)
	defer over.Stop()
	for r.runs() {
		select {
		case <-time.After(poll):
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// finish ends all that is left, and waits until the main process is reaped if
// it is a child of ours.
func (d *Driver) finish(ctx context.Context, r record) error {
	if err := r.end(ctx); err != nil {
		return err
	}
	return d.await(ctx, r, endTimeout)
}
