package sandbox

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrUnavailable says that this host does not let us make a sandbox. The
	// message of an error that wraps it tells an administrator why.
	ErrUnavailable = errors.New("programs cannot be cut off from this host")
	// ErrCPUTime says that a program used up [Limits.CPUTime].
	ErrCPUTime = errors.New("used up its computing time")
)

// ExitError tells how a program ended that did not succeed.
type ExitError struct {
	Code   int            // its exit status; -1 if a signal ended it
	Signal syscall.Signal // that signal, else 0
	Cause  error          // why it was ended by us: ErrCPUTime or the context's error; nil if it was not
}

// Error says how the program ended.
func (e *ExitError) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("the program was ended: %v", e.Cause)
	case e.Signal != 0:
		return fmt.Sprintf("the program was ended by a signal: %v", e.Signal)
	}
	return fmt.Sprintf("the program ended with status %d", e.Code)
}

// Unwrap returns the cause.
func (e *ExitError) Unwrap() error { return e.Cause }

// setupError is what the sandbox tells us of its failure, before there is a program.
type setupError struct {
	Doing   string        `json:"doing"`
	Text    string        `json:"text"`
	Errno   syscall.Errno `json:"errno"`
	Allowed bool          `json:"allowed"` // what failed needs no permission that a host may withhold
}

func (e *setupError) Error() string { return e.Doing + ": " + e.Text }

// explain returns the error for the caller of Run.
func (e *setupError) explain() error {
	if !e.Allowed && (e.Errno == syscall.EPERM || e.Errno == syscall.EACCES) {
		return fmt.Errorf("%w: %w. The host makes user namespaces, but gives no rights in them: "+
			"see kernel.apparmor_restrict_unprivileged_userns, and in a container its security profile", ErrUnavailable, e)
	}
	return fmt.Errorf("set up the sandbox: %w", e)
}

// explainStart returns the error for namespaces that could not be made.
func explainStart(err error) error {
	why := ""
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		why = "it does not allow us to make user namespaces: see kernel.unprivileged_userns_clone, and in a container its security profile"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EUSERS):
		why = "no more user namespaces may be made: see user.max_user_namespaces"
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSYS):
		why = "its kernel lacks a kind of namespace"
	default:
		return fmt.Errorf("start the sandbox: %w", err)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, why, err)
}
