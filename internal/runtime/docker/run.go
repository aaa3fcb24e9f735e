package docker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Run runs the container of spec to its end. It is a container like all others,
// but under a name of its own, and hidden from List for as long as this call takes.
func (d *Driver) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	if err := spec.CheckRun(); err != nil {
		return runtime.Exit{}, err
	}
	called := spec.Name
	spec.Name += "-" + strings.ToLower(rand.Text()[:10])
	unlock, err := d.tasks.lock(ctx, spec.Name)
	if err != nil {
		return runtime.Exit{}, runFailed(ctx, called, err)
	}
	defer unlock()
	exit, err := d.runToEnd(ctx, spec, out)
	if err != nil {
		return runtime.Exit{}, runFailed(ctx, called, err)
	}
	return exit, nil
}

func runFailed(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("run %s: %w", name, err)
}

func (d *Driver) runToEnd(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	printed := &printer{client: d.client, out: out}
	defer printed.stop()
	if err := d.run(ctx, spec, printed.attach); err != nil {
		return runtime.Exit{}, err
	}
	defer d.discard(ctx, spec.Name)
	if err := d.awaitEnd(ctx, spec.Name, printed); err != nil {
		return runtime.Exit{}, err
	}
	ended, err := d.find(ctx, spec.Name)
	if err != nil {
		return runtime.Exit{}, err
	}
	how := d.ended(ctx, ended)
	return runtime.Exit{Code: how.ExitCode, OOMKilled: how.OOMKilled}, nil
}

// drainTime is how long the last of an ended program's output may take to come.
const drainTime = 10 * time.Second

// awaitEnd waits for the end of the program, and then for the end of its output.
func (d *Driver) awaitEnd(ctx context.Context, name string, printed *printer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.wait(ctx, name) }()
	done := printed.done // set to nil once all is copied: a program may close its outputs and go on
	var drained <-chan time.Time
	for {
		select {
		case err := <-ended:
			if err != nil {
				return err
			}
			if done == nil {
				return nil
			}
			ended, drained = nil, time.After(drainTime)
		case <-done:
			if printed.err != nil {
				return printed.err
			}
			if drained != nil {
				return nil
			}
			done = nil
		case <-drained:
			return errors.New("the container engine does not end the output of a program that has ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// wait returns when the container does not run any more.
func (d *Driver) wait(ctx context.Context, name string) error {
	waiting := d.client.ContainerWait(ctx, d.containerName(name), client.ContainerWaitOptions{})
	select {
	case err := <-waiting.Error:
		return failed(err, "wait for container", d.containerName(name))
	case answer := <-waiting.Result:
		if answer.Error != nil {
			return fmt.Errorf("wait for container %s: %s", d.containerName(name), answer.Error.Message)
		}
		return nil
	}
}
