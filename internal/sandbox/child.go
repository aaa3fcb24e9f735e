package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

// childName is the name under which this executable is started to become a
// program in a sandbox.
const childName = "nbhosting-sandbox"

// The descriptors that it is given.
const (
	planFD   = 3 // what to run, as JSON
	statusFD = 4 // where it says why it cannot; closes when the program starts
)

func init() {
	// Nobody but Run makes it the first process of a process namespace: a person who
	// gives a program this name must not have the mounts of the host changed.
	if len(os.Args) != 1 || os.Args[0] != childName || os.Getpid() != 1 {
		return
	}
	runtime.LockOSThread() // what follows is partly for one thread only
	debug.SetGCPercent(-1) // it ends soon, and see start
	failed := become()
	status := os.NewFile(statusFD, "status")
	if err := json.NewEncoder(status).Encode(failed); err != nil {
		os.Exit(126)
	}
	os.Exit(125)
}

// step is one of those that lead to the program.
type step struct {
	doing   string
	do      func(plan) error
	allowed bool // needs no permission that a host may withhold
}

func steps() []step {
	return []step{
		{"keep descriptors out", closeOnExec, true},
		{"leave the keyring", leaveKeyring, true},
		{"name the host", func(plan) error { return unix.Sethostname([]byte("sandbox")) }, false},
		{"bound the namespaces", boundNamespaces, true},
		{"make the file system", makeRoot, false},
		{"enter the working directory", func(p plan) error { return os.Chdir(p.WorkDir) }, true},
		{"drop all rights", dropRights, false},
		{"stay with the caller", stayWithCaller, true},
		{"start the program", start, true},
	}
}

// become turns this process into the program of the plan. It returns only if it
// cannot.
func become() *setupError {
	var p plan
	if err := json.NewDecoder(os.NewFile(planFD, "plan")).Decode(&p); err != nil {
		return &setupError{Doing: "read what to run", Text: err.Error(), Allowed: true}
	}
	for _, s := range steps() {
		if err := s.do(p); err != nil {
			var errno syscall.Errno
			errors.As(err, &errno)
			return &setupError{Doing: s.doing, Text: err.Error(), Errno: errno, Allowed: s.allowed || isSource(err)}
		}
	}
	return nil // never: the last step does not return without an error
}

// closeOnExec lets no descriptor reach the program but its standard ones.
func closeOnExec(plan) error {
	err := unix.CloseRange(planFD, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil || !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) {
		return err
	}
	entries, err := os.ReadDir("/proc/self/fd") // kernels before 5.11
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscan(e.Name(), &fd); err == nil && fd >= planFD {
			syscall.CloseOnExec(fd)
		}
	}
	return err
}

// leaveKeyring gives up the keys that the session of our caller holds.
func leaveKeyring(plan) error {
	_, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) // one without a name
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return nil // no such thing, or forbidden by a container, then to the program too
	}
	return err
}

// stayWithCaller has the kernel end us with our caller. It is asked again here,
// as it forgets when a process changes its user.
func stayWithCaller(plan) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	fds := []unix.PollFd{{Fd: statusFD}}
	if _, err := unix.Poll(fds, 0); err != nil {
		return err
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		os.Exit(1) // nobody reads the status: the caller has gone in the meantime
	}
	return nil
}
