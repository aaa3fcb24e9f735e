package process

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// reap waits for the end of a child of ours and writes down its exit code. It
// leaves the child a zombie until it holds the lock, so that nobody ever sees an
// ended instance whose exit code is still to come.
func (d *Driver) reap(cmd *exec.Cmd, r record) {
	awaitZombie(cmd.Process.Pid)
	unlock, err := d.state.lock()
	if err != nil {
		d.log.Error("cannot note the end of a process", "instance", r.Name, "err", err)
	} else {
		defer unlock()
	}
	_ = cmd.Wait() // how it ended is in ProcessState
	if err != nil {
		return
	}
	now, err := d.state.read(r.Name)
	if err != nil || now.Main != r.Main {
		return // removed, or replaced, since
	}
	code := exitCode(cmd.ProcessState.Sys().(syscall.WaitStatus))
	now.ExitCode = &code
	if err := d.state.write(now); err != nil {
		d.log.Error("cannot note the end of a process", "instance", r.Name, "err", err)
	}
}

func awaitZombie(pid int) {
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != unix.EINTR {
			return
		}
	}
}

// exitCode is 128 and the number of the signal for a program that a signal
// ended, as containers and shells have it.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
