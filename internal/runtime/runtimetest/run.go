package runtimetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// task returns a program that runs to its end: the test program with other arguments.
func (f *fixture) task(arguments ...string) runtime.Spec {
	f.Helper()
	if !f.Runs {
		f.Skip("the driver runs no program to its end")
	}
	spec := f.spec()
	spec.Command = append([]string{f.Program}, arguments...)
	return spec
}

// run runs a task, and returns what it printed.
func (f *fixture) run(spec runtime.Spec) (string, runtime.Exit) {
	f.Helper()
	var out bytes.Buffer
	exit, err := f.driver.Run(f.Context(), spec, &out)
	if err != nil {
		f.Fatalf("run: %v; printed: %s", err, out.String())
	}
	f.wantNothingLeft()
	return out.String(), exit
}

func (f *fixture) wantNothingLeft() {
	f.Helper()
	f.wantNothing()
	if f.Leftovers != nil {
		if left := f.Leftovers(f.T, f.site); len(left) > 0 {
			f.Errorf("left behind: %v", left)
		}
	}
}

func testRunExit(f *fixture) {
	spec := f.task("-exit", "7", "-print", "good bye")
	spec.Dir = ""
	printed, exit := f.run(spec)
	if want := (runtime.Exit{Code: 7}); exit != want {
		f.Errorf("ended as %+v, want %+v", exit, want)
	}
	if !strings.Contains(printed, "out: good bye\n") || !strings.Contains(printed, "err: good bye\n") {
		f.Errorf("printed %q", printed)
	}
	if _, exit := f.run(f.task("-exit", "0")); exit.Code != 0 {
		f.Errorf("ended as %+v, want success", exit)
	}
}

func testRunOutput(f *fixture) {
	const lines = 20_000 // of 64 bytes
	printed, exit := f.run(f.task("-flood", fmt.Sprint(lines)))
	if exit.Code != 0 {
		f.Fatalf("ended as %+v", exit)
	}
	next := map[string]int{}
	for line := range strings.Lines(printed) {
		name, rest, _ := strings.Cut(line, " ")
		if want := fmt.Sprintf("%059d\n", next[name]); rest != want {
			f.Fatalf("line %d of %s is %q", next[name], name, line)
		}
		next[name]++
	}
	if diff := cmp.Diff(map[string]int{"out": lines, "err": lines / 10}, next); diff != "" {
		f.Errorf("lines by output (-want +got):\n%s", diff)
	}
}

func testRunAsItComes(f *fixture) {
	ctx, cancel := context.WithCancelCause(f.Context())
	defer cancel(nil)
	enough := errors.New("seen enough")
	out := writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("out: hello")) {
			cancel(enough)
		}
		return len(p), nil
	})
	spec := f.task("-print", "hello", "-ignore-term", "-socket", f.spec().Command[2])
	begin := time.Now()
	_, err := f.driver.Run(ctx, spec, out)
	if !errors.Is(err, enough) {
		f.Errorf("run: %v, want the cause of the cancellation", err)
	}
	if took := time.Since(begin); took > patience {
		f.Errorf("it took %v to end a program", took)
	}
	if listening(f.socket()) {
		f.Error("the program still listens")
	}
	f.wantNothingLeft()
}

func testRunBrokenOutput(f *fixture) {
	full := errors.New("no space")
	spec := f.task("-print", "hello", "-ignore-term", "-socket", f.spec().Command[2])
	_, err := f.driver.Run(f.Context(), spec, writerFunc(func([]byte) (int, error) { return 0, full }))
	if !errors.Is(err, full) {
		f.Errorf("run: %v, want the error of the output", err)
	}
	f.wantNothingLeft()
}

func testRunCancelled(f *fixture) {
	spec := f.task("-socket", f.spec().Command[2])
	for _, after := range []time.Duration{0, time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(f.Context(), after)
		if _, err := f.driver.Run(ctx, spec, io.Discard); !errors.Is(err, context.DeadlineExceeded) {
			f.Errorf("run for %v: %v, want that it has to end", after, err)
		}
		cancel()
		f.wantNothingLeft()
	}
}

func testRunAtOnce(f *fixture) {
	spec := f.task("-socket", f.spec().Command[2])
	f.start(spec) // an instance of that name is another matter
	const runs = 2
	printed := make([]bytes.Buffer, runs)
	exits, errs := make([]runtime.Exit, runs), make([]error, runs)
	var all sync.WaitGroup
	for n := range runs {
		another := f.task("-print", fmt.Sprint(n), "-exit", fmt.Sprint(n))
		all.Go(func() { exits[n], errs[n] = f.driver.Run(f.Context(), another, &printed[n]) })
	}
	all.Wait()
	for n := range runs {
		if errs[n] != nil || exits[n].Code != n || !strings.Contains(printed[n].String(), fmt.Sprintf("out: %d\n", n)) {
			f.Errorf("run %d: %+v, %v, %q", n, exits[n], errs[n], printed[n].String())
		}
	}
	if now := f.inspect(spec.Name); now.State != runtime.Running {
		f.Errorf("the instance of that name is %v", now.State)
	}
}

// testRunHidden: whoever removes what it finds and does not know must not find
// what runs, but must find what a program that died has left.
func testRunHidden(f *fixture) {
	spec := f.task("-ignore-term", "-socket", f.spec().Command[2])
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(f.Context())
	defer cancel()
	go func() {
		_, err := f.driver.Run(ctx, spec, io.Discard)
		ended <- err
	}()
	f.awaitListening(f.socket())
	f.wantNothing()
	if f.driver.Confined() {
		later := f.Open(f.T, f.site)
		all, err := later.List(f.Context())
		if err != nil || len(all) != 1 {
			f.Fatalf("a later driver lists %v, %v, want the program", all, err)
		}
		f.must(later.Remove(f.Context(), all[0].Name))
	} else {
		cancel()
	}
	<-ended
	if listening(f.socket()) {
		f.Error("the program still listens")
	}
	f.wantNothingLeft()
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
