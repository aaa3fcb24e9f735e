package runtimetest

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testStartTwice(f *fixture) {
	first := f.start(f.spec())
	before := f.self()
	other := f.spec("-print", "another")
	other.Image, other.Labels = "no/such-image", nil
	second := f.start(other)
	if diff := cmp.Diff(first, second); diff != "" {
		f.Errorf("the second start returns another instance: %s", diff)
	}
	if now := f.self(); now.PID != before.PID {
		f.Errorf("another process listens: %d, was %d", now.PID, before.PID)
	}
}

func testStartAtOnce(f *fixture) {
	const starts = 8
	instances, errs := make([]runtime.Instance, starts), make([]error, starts)
	var all sync.WaitGroup
	for n := range starts {
		all.Go(func() { instances[n], errs[n] = f.driver.Start(f.Context(), f.spec()) })
	}
	all.Wait()
	for n := range starts {
		if errs[n] != nil {
			f.Errorf("start %d: %v", n, errs[n])
		}
		if diff := cmp.Diff(instances[0], instances[n]); diff != "" {
			f.Errorf("start %d returns another instance: %s", n, diff)
		}
	}
	if all := f.list(); len(all) != 1 {
		f.Errorf("%d instances, want 1", len(all))
	}
}

func testReplace(f *fixture) {
	ended := f.startEnding(f.spec("-exit", "3", "-print", "first"))
	spec := f.spec("-print", "second")
	started := f.start(spec)
	if !started.StartedAt.After(ended.StartedAt) {
		f.Errorf("started %v, not after %v", started.StartedAt, ended.StartedAt)
	}
	if now := f.inspect(spec.Name); now.State != runtime.Running {
		f.Errorf("state %v, want running", now.State)
	}
	output := f.output(spec.Name, 100)
	if strings.Contains(output, "first") || !strings.Contains(output, "out: second") {
		f.Errorf("output %q, want that of the second only", output)
	}
}

func testEnded(f *fixture) {
	spec := f.spec("-exit", "7", "-print", "good bye")
	got := f.startEnding(spec)
	if got.ExitCode != 7 || got.OOMKilled {
		f.Errorf("ended as %+v, want exit code 7", got)
	}
	if diff := cmp.Diff([]runtime.Instance{got}, f.list()); diff != "" {
		f.Errorf("List differs from Inspect: %s", diff)
	}
	if output := f.output(spec.Name, 100); !strings.Contains(output, "out: good bye\n") || !strings.Contains(output, "err: good bye\n") {
		f.Errorf("output %q", output)
	}
	f.must(f.driver.Stop(f.Context(), spec.Name, time.Second))
	if again := f.inspect(spec.Name); again.ExitCode != 7 {
		f.Errorf("after a stop the exit code is %d, want 7 as before", again.ExitCode)
	}
}

func testOutput(f *fixture) {
	spec := f.spec("-exit", "0", "-print", "1\n2\n3")
	f.startEnding(spec)
	if got := f.output(spec.Name, 2); got != "2\n3\n" {
		f.Errorf("the last two lines are %q", got)
	}
	if got := f.output(spec.Name, 0); got != "" {
		f.Errorf("the last no lines are %q", got)
	}
}

// output returns what the instance printed, which some engines tell a moment later.
func (f *fixture) output(name string, lines int) string {
	f.Helper()
	text, err := f.driver.Output(f.Context(), name, lines)
	if err != nil {
		f.Fatalf("output: %v", err)
	}
	return text
}

func testAbsent(f *fixture) {
	for _, name := range []string{"nobody", "..", "a/b", ""} {
		if _, err := f.driver.Inspect(f.Context(), name); !errors.Is(err, runtime.ErrNotFound) {
			f.Errorf("inspect %q: %v, want ErrNotFound", name, err)
		}
		if _, err := f.driver.Output(f.Context(), name, 10); !errors.Is(err, runtime.ErrNotFound) {
			f.Errorf("output of %q: %v, want ErrNotFound", name, err)
		}
		if err := f.driver.Stop(f.Context(), name, time.Second); err != nil {
			f.Errorf("stop %q: %v, want no error", name, err)
		}
		if err := f.driver.Remove(f.Context(), name); err != nil {
			f.Errorf("remove %q: %v, want no error", name, err)
		}
	}
	f.must(f.driver.Ping(f.Context()))
}

func testAdopt(f *fixture) {
	spec := f.spec("-finish", f.sees(f.work, workTarget)+"/finished")
	f.start(spec)
	before, pid := f.inspect(spec.Name), f.self().PID
	f.driver = f.Open(f.T, f.site)
	all := f.list()
	if diff := cmp.Diff([]runtime.Instance{before}, all); diff != "" {
		f.Fatalf("a new driver finds: %s", diff)
	}
	if again := f.start(spec); again.StartedAt != before.StartedAt || f.self().PID != pid {
		f.Errorf("a new driver starts another: %+v", again)
	}
	f.must(f.driver.Stop(f.Context(), spec.Name, patience))
	if now := f.inspect(spec.Name); now.State != runtime.Ended {
		f.Errorf("state %v, want ended", now.State)
	}
}

func testSites(f *fixture) {
	spec := f.spec()
	f.start(spec)
	other := f.Open(f.T, f.site+"-other")
	if all, err := other.List(f.Context()); err != nil || len(all) > 0 {
		f.Errorf("another site lists %v, %v", all, err)
	}
	if _, err := other.Inspect(f.Context(), spec.Name); !errors.Is(err, runtime.ErrNotFound) {
		f.Errorf("another site inspects: %v", err)
	}
	f.must(other.Stop(f.Context(), spec.Name, 0))
	f.must(other.Remove(f.Context(), spec.Name))
	if now := f.inspect(spec.Name); now.State != runtime.Running {
		f.Error("another site ended the instance")
	}
}
