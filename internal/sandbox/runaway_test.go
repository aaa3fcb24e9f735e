package sandbox_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/sandbox"
)

// alive tells whether a process of this host has the mark in its command line.
func alive(t *testing.T, mark string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), mark) {
			return true
		}
	}
	return false
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(endTime); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// TestRunaways shows that programs that do not want to end do, and leave nothing.
func TestRunaways(t *testing.T) {
	needSandbox(t)
	for name, script := range map[string]string{
		"endless loop":    "while :; do :; done # MARK",
		"endless output":  "yes MARK",
		"ignores signals": "trap '' TERM INT HUP XCPU; while :; do sleep 1; done # MARK",
		"fork bomb":       "f() { f | f & }; f; while :; do sleep 1; done # MARK",
		"double fork":     "(setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1; done # MARK' &) & while :; do sleep 1; done",
		"threads":         "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sh -c 'while :; do :; done # MARK' & done; wait",
	} {
		t.Run(name, func(t *testing.T) {
			mark := "mark-" + rand.Text()
			spec := shell(strings.ReplaceAll(script, "MARK", mark))
			out := &sandbox.Capture{Max: 1000}
			spec.Stdout, spec.Stderr = out, out
			spec.Limits.CPUTime = 0
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- sandbox.Run(ctx, spec) }()
			waitFor(t, "the program", func() bool { return alive(t, mark) })
			cancel()
			select {
			case err := <-done:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			case <-time.After(endTime):
				t.Fatal("it goes on")
			}
			if alive(t, mark) {
				t.Error("something is left")
			}
			if len(out.Bytes()) > 1000 {
				t.Errorf("%d bytes of output", len(out.Bytes()))
			}
		})
	}
}

// TestNothingOutlivesTheProgram ends a program that has left another one behind.
func TestNothingOutlivesTheProgram(t *testing.T) {
	needSandbox(t)
	mark := "mark-" + rand.Text()
	hold, release, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	spec := shell("(setsid sh -c 'while :; do sleep 1; done # " + mark + "' &) & cat")
	spec.Stdin = hold
	done := make(chan error, 1)
	go func() { done <- sandbox.Run(t.Context(), spec) }()
	waitFor(t, "the grandchild", func() bool { return alive(t, mark) })
	release.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if alive(t, mark) {
		t.Error("the grandchild is left")
	}
}

func TestTimeout(t *testing.T) {
	needSandbox(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := sandbox.Run(ctx, shell("while :; do sleep 1; done"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestComputingTime(t *testing.T) {
	spec := shell("while :; do :; done")
	spec.Limits.CPUTime = time.Second
	if got := run(t, spec); !errors.Is(got.err, sandbox.ErrCPUTime) {
		t.Errorf("error %v", got.err)
	}
	// Another signal is the program's own affair.
	got := run(t, shell("sh -c 'kill -9 $$'; exit $?"))
	if exit, is := errors.AsType[*sandbox.ExitError](got.err); !is || exit.Code != 137 || exit.Cause != nil {
		t.Errorf("error %v", got.err)
	}
}

func TestMemory(t *testing.T) {
	got := run(t, shell("tail /dev/zero")) // it keeps all of an endless line
	if _, is := errors.AsType[*sandbox.ExitError](got.err); !is || !strings.Contains(got.stderr, "memory exhausted") {
		t.Errorf("%+v", got)
	}
	got = run(t, shell("cat /dev/zero >/tmp/x"))
	if got.err == nil {
		t.Errorf("%+v", got)
	}
	spec := shell("cat /dev/zero >/tmp/x; stat -c %s /tmp/x")
	spec.Limits.FileBytes = 0
	wantOutput(t, spec, "1048576\n") // what /tmp holds
}

// TestTheCallerDies kills the program that called Run.
func TestTheCallerDies(t *testing.T) {
	needSandbox(t)
	mark := "mark-" + rand.Text()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestMain$")
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_CALLER=while :; do sleep 1; done # "+mark)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the program", func() bool { return alive(t, mark) })
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitFor(t, "the end of the program", func() bool { return !alive(t, mark) })
	if out.Len() > 0 {
		t.Errorf("output %s", &out)
	}
}
