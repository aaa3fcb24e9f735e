package fake

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Run runs the engine's program for spec to its end. A program whose context has
// ended must return, as for Kill of [Process], which is all that it is told.
func (d *Driver) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	if err := errors.Join(context.Cause(ctx), spec.CheckRun(), spec.CheckMounts()); err != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, err)
	}
	if start := d.engine.failing().Start; start != nil {
		if err := start(ctx, spec); err != nil {
			return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, err)
		}
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	code := d.engine.program(spec)(Process{
		Spec:   spec,
		Output: &pipe{w: out, broken: stop},
		Term:   make(chan struct{}),
		Kill:   running,
	})
	if running.Err() != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, context.Cause(running))
	}
	return runtime.Exit{Code: code}, nil
}

// pipe ends the program that writes to it when nobody reads.
type pipe struct {
	w      io.Writer
	broken func(error)
}

func (p *pipe) Write(data []byte) (int, error) {
	n, err := p.w.Write(data)
	if err != nil {
		p.broken(fmt.Errorf("write the output: %w", err))
	}
	return n, err
}
