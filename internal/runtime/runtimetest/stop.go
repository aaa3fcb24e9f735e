package runtimetest

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testStopPolite(f *fixture) {
	spec := f.spec("-finish", f.sees(f.work, workTarget)+"/finished")
	f.start(spec)
	f.must(f.driver.Stop(f.Context(), spec.Name, patience))
	now := f.inspect(spec.Name)
	if now.State != runtime.Ended || now.ExitCode != 0 {
		f.Errorf("stopped: %+v, want exit code 0", now)
	}
	if _, err := os.Stat(filepath.Join(f.work, "finished")); err != nil {
		f.Errorf("the program could not finish: %v", err)
	}
	if output := f.output(spec.Name, 1); output != "finished\n" {
		f.Errorf("last line %q", output)
	}
	f.must(f.driver.Stop(f.Context(), spec.Name, patience))
}

func testStopStubborn(f *fixture) {
	spec := f.spec("-ignore-term")
	f.start(spec)
	begin := time.Now()
	f.must(f.driver.Stop(f.Context(), spec.Name, time.Second))
	if took := time.Since(begin); took < time.Second {
		f.Errorf("killed after %v, before the grace was over", took)
	}
	now := f.inspect(spec.Name)
	if now.State != runtime.Ended || now.ExitCode == 0 {
		f.Errorf("stopped: %+v, want an exit code that tells of a kill", now)
	}
	f.await("silence on the socket", func() bool { return !listening(f.socket()) })
}

func testStopFamily(f *fixture) {
	if !f.Processes {
		f.Skip("programs are no processes")
	}
	spec := f.spec()
	f.start(spec)
	inside := filepath.Join(f.sees(f.dir, dirTarget), "child")
	pids, ok := f.ask(http.MethodPost, "/spawn", url.Values{"n": {"2"}, "socket": {inside}}, "")
	if !ok || len(strings.Fields(pids)) != 2 {
		f.Fatalf("the program cannot start others: %s", pids)
	}
	children := []string{filepath.Join(f.dir, "child.0"), filepath.Join(f.dir, "child.1")}
	for _, child := range children {
		f.awaitListening(child)
	}
	f.must(f.driver.Stop(f.Context(), spec.Name, patience))
	for _, child := range children {
		if listening(child) {
			f.Errorf("%s outlives its instance", filepath.Base(child))
		}
	}
}

func testRemove(f *fixture) {
	spec := f.spec("-ignore-term")
	f.start(spec)
	f.must(f.driver.Remove(f.Context(), spec.Name))
	if _, err := f.driver.Inspect(f.Context(), spec.Name); !errors.Is(err, runtime.ErrNotFound) {
		f.Errorf("inspect: %v, want ErrNotFound", err)
	}
	if _, err := f.driver.Output(f.Context(), spec.Name, 1); !errors.Is(err, runtime.ErrNotFound) {
		f.Errorf("output: %v, want ErrNotFound", err)
	}
	if listening(f.socket()) {
		f.Error("the program still listens")
	}
}
