package process

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// tick is the unit of times in /proc, which is the same on all architectures that Go has (USER_HZ).
const tick = time.Second / 100

// Usage adds up what the processes of the instance use. Memory that several share is counted in each.
func (d *Driver) Usage(_ context.Context, name string) (runtime.Usage, error) {
	r, err := d.locked(name)
	if err != nil {
		return runtime.Usage{}, err
	}
	if !r.runs() {
		return runtime.Usage{}, fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	family, err := r.family()
	if err != nil {
		return runtime.Usage{}, err
	}
	var usage runtime.Usage
	for _, s := range family {
		usage.CPU += time.Duration(s.cpu) * tick
		usage.MemoryBytes += s.pages * int64(os.Getpagesize())
		usage.PIDs += s.threads
	}
	return usage, nil
}

// ImageID returns "": programs run in no image.
func (d *Driver) ImageID(context.Context, string) (string, error) { return "", nil }
