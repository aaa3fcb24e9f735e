package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"
)

// What may be wrong, for errors.Is. The rest is git's own trouble.
var (
	ErrURL            = errors.New("not a usable git URL")
	ErrDenied         = errors.New("remote asks for a password or denies access")
	ErrHostKey        = errors.New("remote's ssh key is not known here")
	ErrHostKeyChanged = errors.New("remote's ssh key is not the one that is known here")
	ErrMoved          = errors.New("remote sends elsewhere, where a password is not sent along")
	ErrCertificate    = errors.New("remote's certificate is not trusted here")
	ErrUnknownHost    = errors.New("remote's host is unknown")
	ErrUnreachable    = errors.New("remote's host cannot be reached")
	ErrNotFound       = errors.New("repository does not exist")
	ErrNotRepository  = errors.New("not a git repository")
	ErrEmpty          = errors.New("repository is empty")
	ErrNoRevision     = errors.New("no such revision")
	ErrTimeout        = errors.New("timed out")
	ErrNoSpace        = errors.New("no space left on disk")
	ErrProgramMissing = errors.New("git program is not installed")
)

// Error is a failed run of git. It unwraps to one of the errors above, where
// the reason is known. Nothing in it holds a password.
type Error struct {
	Doing  string // "fetch https://example.org/course"
	Reason error  // one of the above, or what stopped the call
	Output string // the last of what git said
}

// Error returns all of it, on one line.
func (e *Error) Error() string {
	said := strings.Join(strings.Fields(e.Output), " ")
	if said == "" {
		return fmt.Sprintf("git: %s: %v", e.Doing, e.Reason)
	}
	return fmt.Sprintf("git: %s: %v (%s)", e.Doing, e.Reason, said)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// result makes one error of all that may have gone wrong in a run. Git's own
// failure comes first, then that of who read or fed it: they often only meet its end.
func (c call) result(read, write, wait, stopped error, said string) error {
	exited, _ := errors.AsType[*exec.ExitError](wait)
	switch {
	case exited != nil && exited.Exited() && errors.Is(stopped, read):
		return c.fail(wait, nil, said)
	case read != nil && errors.Is(stopped, read):
		return fmt.Errorf("git: %s: %w", c.doing, read)
	case stopped != nil, wait != nil:
		return c.fail(wait, stopped, said)
	case write != nil:
		return fmt.Errorf("git: %s: %w", c.doing, write)
	}
	return nil
}

func (c call) fail(err, stopped error, said string) error {
	said = Redact(said)
	reason := err
	switch {
	case errors.Is(stopped, context.DeadlineExceeded):
		reason = ErrTimeout
	case stopped != nil:
		reason = stopped
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		reason = ErrProgramMissing
	case errors.Is(err, syscall.ENOSPC):
		reason = ErrNoSpace
	default:
		if known := reasonOf(said); known != nil {
			reason = known
		}
	}
	return &Error{Doing: c.doing, Reason: reason, Output: said}
}
