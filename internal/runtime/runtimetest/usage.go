package runtimetest

import (
	"errors"
	"net/http"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testUsage(f *fixture) {
	spec := f.spec()
	spec.Limits = runtime.Limits{MemoryBytes: 256 << 20}
	f.start(spec)
	before := f.usage(spec.Name)
	if before.PIDs < 1 {
		f.Errorf("uses %+v, want one process at least", before)
	}
	if !f.Processes {
		return
	}
	limit := int64(0)
	if f.LimitsMemory {
		limit = spec.Limits.MemoryBytes
	}
	if before.MemoryBytes <= 0 || before.MemoryLimit != limit {
		f.Errorf("uses %+v, want some memory, and a limit of %d", before, limit)
	}
	f.await("time of the processor that is spent", func() bool {
		f.ask(http.MethodPost, "/eat", query("mib", "32"), "")
		return f.usage(spec.Name).CPU > before.CPU
	})
}

func testUsageOfNothing(f *fixture) {
	if _, err := f.driver.Usage(f.Context(), "absent"); !errors.Is(err, runtime.ErrNotFound) {
		f.Errorf("usage of the absent: %v, want ErrNotFound", err)
	}
	spec := f.spec("-exit", "0")
	f.startEnding(spec)
	if u, err := f.driver.Usage(f.Context(), spec.Name); !errors.Is(err, runtime.ErrNotFound) {
		f.Errorf("usage of the ended: %+v, %v, want ErrNotFound", u, err)
	}
}

func testImageID(f *fixture) {
	spec := f.spec()
	f.start(spec)
	id, err := f.driver.ImageID(f.Context(), spec.Image)
	f.must(err)
	if got := f.usage(spec.Name).Image; got != id || f.driver.Confined() != (id != "") && f.Processes {
		f.Errorf("runs in the image %q, want %q", got, id)
	}
	if !f.driver.Confined() {
		return
	}
	if _, err := f.driver.ImageID(f.Context(), "nbhosting-test/absent:none"); !errors.Is(err, runtime.ErrNoImage) {
		f.Errorf("id of an image that is not there: %v, want ErrNoImage", err)
	}
}

func (f *fixture) usage(name string) runtime.Usage {
	f.Helper()
	u, err := f.driver.Usage(f.Context(), name)
	if err != nil {
		f.Fatalf("usage: %v", err)
	}
	return u
}
