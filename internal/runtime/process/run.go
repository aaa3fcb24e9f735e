package process

import (
	"context"
	"fmt"
	"io"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Run is not there yet.
func (d *Driver) Run(_ context.Context, spec runtime.Spec, _ io.Writer) (runtime.Exit, error) {
	if err := spec.CheckRun(); err != nil {
		return runtime.Exit{}, err
	}
	return runtime.Exit{}, fmt.Errorf("run %s: %w: the process runtime runs no program to its end yet", spec.Name, runtime.ErrUnavailable)
}
