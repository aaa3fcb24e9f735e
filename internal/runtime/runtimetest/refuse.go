package runtimetest

import (
	"context"
	"errors"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testNoImage(f *fixture) {
	if !f.driver.Confined() {
		f.Skip("the driver ignores images")
	}
	spec := f.spec()
	spec.Image = "nbhosting-test/no-such-image"
	if _, err := f.driver.Start(f.Context(), spec); !errors.Is(err, runtime.ErrNoImage) {
		f.Errorf("start: %v, want ErrNoImage", err)
	}
	f.wantNothing()
}

func testFailedStart(f *fixture) {
	if !f.Processes {
		f.Skip("programs are no processes")
	}
	spec := f.spec()
	spec.Mounts = append(spec.Mounts, runtime.Mount{Source: f.dir + "/no/such", Target: "/x"})
	if i, err := f.driver.Start(f.Context(), spec); err == nil {
		f.Errorf("a mount that is not there is no error: %+v", i)
	}
	f.wantNothing()
	f.start(f.spec()) // as if nothing had been
}

func testNoProgram(f *fixture) {
	if !f.Processes {
		f.Skip("programs are no processes")
	}
	for _, program := range []string{"/no/such/program", "no-such-program", "/"} {
		spec := f.spec()
		spec.Command = []string{program}
		if _, err := f.driver.Start(f.Context(), spec); err != nil {
			f.wantNothing()
			continue
		}
		// What is first in a container found it out.
		if now := f.awaitEnd(spec.Name); now.ExitCode != 126 && now.ExitCode != 127 {
			f.Errorf("%s: ended as %+v, want exit code 126 or 127", program, now)
		}
	}
}

func testCancelledStart(f *fixture) {
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	if _, err := f.driver.Start(ctx, f.spec()); !errors.Is(err, context.Canceled) {
		f.Errorf("start: %v, want a cancellation", err)
	}
	f.wantNothing()
	for _, after := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond, 200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(f.Context(), after)
		_, err := f.driver.Start(ctx, f.spec())
		cancel()
		if err != nil {
			f.wantNothing()
		}
		f.must(f.driver.Remove(f.Context(), f.spec().Name))
	}
}

func testNonsense(f *fixture) {
	for name, spoil := range map[string]func(*runtime.Spec){
		"a name that is a path": func(s *runtime.Spec) { s.Name = "../x" },
		"no command":            func(s *runtime.Spec) { s.Command = nil },
		"a relative directory":  func(s *runtime.Spec) { s.WorkDir = "work" },
	} {
		spec := f.spec()
		spoil(&spec)
		if _, err := f.driver.Start(f.Context(), spec); err == nil {
			f.Errorf("%s is no error", name)
		}
	}
	f.wantNothing()
}

func (f *fixture) wantNothing() {
	f.Helper()
	if all := f.list(); len(all) > 0 {
		f.Errorf("left behind: %+v", all)
	}
}
