package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// outputDelay bounds the wait for the rest of what an ended program wrote.
const outputDelay = 5 * time.Second

// Run runs a program until it ends, and ends it with ctx. A program that does
// not succeed gives an [*ExitError]; a host on which nothing can be run,
// [ErrUnavailable].
func Run(ctx context.Context, spec Spec) error {
	if err := spec.check(); err != nil {
		return fmt.Errorf("run in a sandbox: %w", err)
	}
	// The sandbox ends when the thread that started it does.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	root := os.Geteuid() == 0
	err := spec.run(ctx, root, true)
	if _, unmade := errors.AsType[*startError](err); unmade && root {
		// Root needs no user namespace: there are hosts that allow none at all.
		if err := spec.run(ctx, root, false); err == nil || !errors.Is(err, ErrUnavailable) {
			return err
		}
	}
	return err
}

// startError says that the namespaces could not be made: nothing has run yet.
type startError struct{ error }

func (e *startError) Unwrap() error { return e.error }

func (s Spec) run(ctx context.Context, root, ownUsers bool) error {
	attributes, err := namespaces(s.plan(root, ownUsers))
	if err != nil {
		return err
	}
	planRead, planWrite, err := os.Pipe()
	if err != nil {
		return err
	}
	defer planWrite.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return errors.Join(err, planRead.Close())
	}
	defer statusRead.Close()

	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{childName}
	cmd.Env = []string{} // ours holds secrets, and stays out of it from the start
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Stdin, s.Stdout, s.Stderr
	cmd.ExtraFiles = []*os.File{planRead, statusWrite} // planFD, statusFD
	cmd.SysProcAttr = attributes
	cmd.WaitDelay = outputDelay
	err = cmd.Start()
	planRead.Close()
	statusWrite.Close()
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &startError{explainStart(err)}
	}
	planErr := json.NewEncoder(planWrite).Encode(s.plan(root, ownUsers))
	planWrite.Close()
	setupErr := readStatus(statusRead)
	err = s.outcome(ctx, cmd.Wait(), cmd.ProcessState)
	switch {
	case ctx.Err() != nil:
		return err
	case setupErr != nil:
		return setupErr
	case planErr != nil:
		return fmt.Errorf("tell the sandbox what to run: %w", errors.Join(planErr, err))
	}
	return err
}

// readStatus waits until the program starts, and returns why it does not.
func readStatus(status io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(status, 64<<10))
	if err != nil || len(text) == 0 {
		return err
	}
	var failed setupError
	if err := json.Unmarshal(text, &failed); err != nil {
		return fmt.Errorf("set up the sandbox: it says %q", text)
	}
	return failed.explain()
}

// outcome says how the program ended.
func (s Spec) outcome(ctx context.Context, err error, state *os.ProcessState) error {
	status, isStatus := state.Sys().(syscall.WaitStatus)
	if !isStatus || status.Exited() && status.ExitStatus() == 0 {
		return err // nil, or that its output could not be passed on
	}
	exit := &ExitError{Code: state.ExitCode()}
	if status.Signaled() {
		exit.Signal = status.Signal()
	}
	switch {
	case exit.Signal != syscall.SIGKILL:
	case ctx.Err() != nil:
		exit.Cause = ctx.Err()
	case s.Limits.CPUTime > 0 && state.UserTime()+state.SystemTime() >= seconds(s.Limits.CPUTime)/2: // the limit goes by a coarser clock
		exit.Cause = ErrCPUTime
	}
	return exit
}

// seconds rounds up to whole seconds, which is how computing time is bounded.
func seconds(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds())) * time.Second
}
