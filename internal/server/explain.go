package server

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// explainStart puts a failed start into the words of the student who waits for it.
func explainStart(err error, want Wanted, timeout time.Duration) error {
	if ended, ok := errors.AsType[*endedError](err); ok {
		return explainEnd(err, ended, want)
	}
	if said, ok := errors.AsType[*nbhosting.Error](err); ok {
		return said
	}
	switch {
	case errors.Is(err, runtime.ErrNoImage):
		return nbhosting.Because(err, nbhosting.NotFound, "The image %q, in which this course runs, is not on this machine. Tell your teacher: it has to be built.", want.Image)
	case errors.Is(err, runtime.ErrNameTaken):
		return nbhosting.Because(err, nbhosting.Conflict, "Something that is not ours has the name of your notebook server on this machine. Tell your teacher: the administrator has to remove it.")
	case errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT):
		return nbhosting.Because(err, nbhosting.Unavailable, "The disk of this machine is full, so that no notebook server can be started. Tell your teacher.")
	case errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, runtime.ErrUnavailable):
		return nbhosting.Because(err, nbhosting.Timeout, "Your notebook server did not answer within %s. Try again; if that does not help, tell your teacher.", timeout)
	case errors.Is(err, runtime.ErrUnavailable):
		return unanswered(err)
	}
	return nbhosting.Because(err, nbhosting.Internal, "Your notebook server could not be started. Try again; if that does not help, tell your teacher.")
}

func unanswered(err error) error {
	return nbhosting.Because(err, nbhosting.Unavailable, "What runs the notebooks here does not answer at the moment. Try again in a minute; if that does not help, tell your teacher.")
}

func explainEnd(err error, ended *endedError, want Wanted) error {
	switch {
	case ended.oom:
		return nbhosting.Because(err, nbhosting.Unavailable, "Your notebook server needed more memory than it may use, while it was starting. Try again; if that does not help, tell your teacher.")
	case ended.lacksProgram():
		return nbhosting.Because(err, nbhosting.NotFound, "There is no Jupyter in the image %q, in which this course runs. Tell your teacher: it has to be built anew.", want.Image)
	}
	return nbhosting.Because(err, nbhosting.Unavailable, "Your notebook server stopped while it was starting. Try again; if that does not help, tell your teacher.")
}
