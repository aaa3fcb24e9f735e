package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// explainRun says why the program did not run to its end.
func (s *Snapshots) explainRun(ctx context.Context, course nbhosting.Course, err error) error {
	switch {
	case errors.Is(err, errTooLong):
		return nbhosting.Because(err, nbhosting.Timeout, "The notebook could not be rendered: it took longer than %s. Clear the largest outputs, or share a part of it.", s.Timeout)
	case errors.Is(err, errTooLarge):
		return nbhosting.Because(err, nbhosting.Invalid, "The notebook could not be rendered: the page would be larger than %d MB. Clear the largest outputs.", maxPage>>20)
	case ctx.Err() != nil:
		return err
	case errors.Is(err, runtime.ErrNoImage):
		return nbhosting.Because(err, nbhosting.Unavailable, "The notebook could not be rendered: the image of the course %q is not on this machine. Tell your teacher.", course.Name)
	case errors.Is(err, runtime.ErrUnavailable):
		return nbhosting.Because(err, nbhosting.Unavailable, "The notebook could not be rendered: what runs programs here does not answer at the moment. Try again later.")
	}
	return fmt.Errorf("render: %w", err)
}

const (
	maxCause    = 1000 // bytes of what a program printed, for the log
	maxDetail   = 200  // characters of what it says about a notebook, for its student
	exitKilled  = 128 + int(syscall.SIGKILL)
	exitCPUTime = 128 + int(syscall.SIGXCPU)
)

// explainExit says why there is no answer.
func (s *Snapshots) explainExit(exit runtime.Exit, printed []byte) error {
	cause := fmt.Errorf("the program ended with %+v: %.*q", exit, maxCause, printed)
	switch {
	case exit.OOMKilled:
		return s.tooMuchMemory(cause)
	case exit.Code == exitKilled, exit.Code == exitCPUTime:
		return nbhosting.Because(cause, nbhosting.Timeout, "The notebook could not be rendered: it took too much computing. Clear the largest outputs, or share a part of it.")
	case exit.Code == 126, exit.Code == 127:
		return nbhosting.Because(cause, nbhosting.Unavailable, "The notebook could not be rendered: the image of the course has no python3. Tell your teacher.")
	}
	return nbhosting.Because(cause, nbhosting.Internal, "The notebook could not be rendered: the program that does so has failed. The administrator finds the cause in the log.")
}

func (s *Snapshots) explainAnswer(a answer) error {
	cause := fmt.Errorf("%s: %s %s", a.Answer, a.Detail, a.Trace)
	switch a.Answer {
	case "memory":
		return s.tooMuchMemory(cause)
	case "module":
		return nbhosting.Because(cause, nbhosting.Unavailable, "The notebook could not be rendered: the image of the course has no %s for Python. Tell your teacher.", detail(a.Detail))
	case "unreadable":
		return nbhosting.Because(cause, nbhosting.Invalid, "The notebook could not be rendered: it is no notebook that can be read (%s). Open it in Jupyter and save it, then try again.", detail(a.Detail))
	}
	return nbhosting.Because(cause, nbhosting.Invalid, "The notebook could not be rendered: %s. If that says nothing to you, show it to your teacher.", detail(a.Detail))
}

func (s *Snapshots) tooMuchMemory(cause error) error {
	return nbhosting.Because(cause, nbhosting.Invalid, "The notebook could not be rendered: it takes more memory than the %d MB that there are for this. Clear the largest outputs.", s.Memory>>20)
}

// detail makes a short phrase of what a program says.
func detail(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	if runes := []rune(words); len(runes) > maxDetail {
		words = string(runes[:maxDetail]) + "…"
	}
	return strings.TrimSuffix(words, ".")
}

// explain puts into words what the student or the administrator can mend.
func explain(ctx context.Context, err error) error {
	if _, explained := errors.AsType[*nbhosting.Error](err); explained {
		return err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nbhosting.Because(err, nbhosting.Unavailable, "There is no room left on the disk to share a notebook. Tell your teacher, or try again later.")
	case ctx.Err() != nil:
		return nbhosting.Because(err, nbhosting.Unavailable, "The notebook was not shared: nobody waited for it.")
	}
	return err
}
