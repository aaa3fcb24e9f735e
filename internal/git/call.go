package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// grace is what git gets, once told to end, to remove its lock files.
const grace = 3 * time.Second

// call is one run of git.
type call struct {
	doing   string // for errors; holds no password
	args    []string
	env     []string
	timeout time.Duration
	held    *os.File              // a lock that git shares while it runs; may be nil
	write   func(io.Writer) error // feeds standard input; nil leaves it empty
	read    func(io.Reader) error // takes standard output
}

// output runs c and returns what it printed.
func (r Runner) output(ctx context.Context, c call) (string, error) {
	var out bytes.Buffer
	c.read = func(stdout io.Reader) error {
		_, err := io.Copy(&out, stdout)
		return err
	}
	err := r.run(ctx, c)
	return out.String(), err
}

// run runs c to its end, or ends it: when ctx does, when its time is up, or
// when one of its functions fails.
func (r Runner) run(ctx context.Context, c call) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, ErrTimeout)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stderr := &tail{}
	cmd := exec.CommandContext(ctx, r.program(), slices.Concat(configuration, c.args)...)
	cmd.Env = environment(c.env)
	cmd.Stderr = stderr
	// A session of its own has no terminal to ask at, and is one process group to
	// end. Git ends with this program: Linux looks at the thread that started it,
	// which therefore has to stay.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if c.held != nil {
		cmd.ExtraFiles = []*os.File{c.held}
	}
	cmd.WaitDelay = 2 * grace
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return c.fail(err, nil, "")
	}
	wrote, err := c.feed(cmd)
	if err != nil {
		return c.fail(err, nil, "")
	}
	cmd.Cancel = func() error { return endGroup(cmd.Process.Pid, stdout) }
	if err := cmd.Start(); err != nil {
		return c.fail(err, context.Cause(ctx), "")
	}
	writeErr := wrote()
	readErr := c.read(stdout)
	if readErr != nil {
		stop(readErr)
	}
	waitErr := cmd.Wait()
	stopped := context.Cause(ctx)
	if stopped != nil {
		// What ignored the polite request, or left its parent, goes now.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return c.result(readErr, <-writeErr, waitErr, stopped, stderr.String())
}

// feed prepares the writing of standard input. The function that it returns
// begins to write, and returns where the result will be.
func (c call) feed(cmd *exec.Cmd) (func() <-chan error, error) {
	done := make(chan error, 1)
	if c.write == nil {
		done <- nil
		return func() <-chan error { return done }, nil
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return func() <-chan error {
		go func() { done <- errors.Join(c.write(stdin), stdin.Close()) }()
		return done
	}, nil
}

// endGroup asks the processes of a group to end, and makes them, with whoever
// holds their output, after the grace.
func endGroup(pid int, stdout io.Closer) error {
	time.AfterFunc(grace, func() { _ = stdout.Close() })
	if err := syscall.Kill(-pid, syscall.SIGTERM); !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return os.ErrProcessDone
}
