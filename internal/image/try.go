package image

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// tryDir begins the name of the directory that an image is tried with.
const tryDir = "try-"

// How trying ends, other than by the end of what is tried.
var (
	errWorks    = errors.New("jupyter answers")
	errNoKernel = errors.New("jupyter has no kernel")
	errSilent   = errors.New("jupyter does not answer")
)

// try starts in the new image what a student's server starts, and returns nil once
// Jupyter answers. It has no network: what is missing must not come from there.
func (b courseBuild) try(ctx context.Context) error {
	dir := filepath.Join(b.RunDir, tryDir+b.id)
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			b.Logger.Warn("what an image was tried with could not be cleared away; the next build tries again", "err", err)
		}
	}()
	boot := jupyter.Boot{Places: jupyter.Confined(), Socket: runtime.SocketName, BasePath: "/try/", Token: rand.Text()}
	spec, err := b.trySpec(dir, boot)
	if err != nil {
		return fmt.Errorf("prepare the trial of an image: %w", err)
	}
	limited, cancel := context.WithTimeoutCause(ctx, b.TryTimeout, errSilent)
	defer cancel()
	running, stop := context.WithCancelCause(limited)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		b.ask(running, spec, boot, stop)
	}()
	last := runtime.NewTail(lastLines)
	exit, err := b.Runner.Run(running, spec, io.MultiWriter(b.log, last))
	stop(nil)
	<-asked
	if errors.Is(err, errWorks) {
		return nil
	}
	return b.explainTry(ctx, exit, err, last.String())
}

// lastLines is where the reason is looked for in what a failing Jupyter printed.
const lastLines = 30

// trySpec makes the directories, and says what runs in them: a student's server,
// of a course in which there is nothing.
func (b courseBuild) trySpec(dir string, boot jupyter.Boot) (runtime.Spec, error) {
	own, work, nothing := filepath.Join(dir, "run"), filepath.Join(dir, "work"), filepath.Join(dir, "course")
	if err := errors.Join(boot.Write(own, b.UID), jupyter.MakeDir(work, b.UID), os.Mkdir(nothing, 0o755)); err != nil {
		return runtime.Spec{}, err
	}
	return runtime.Spec{
		Name: "try-" + b.id, Image: b.tag(), UID: b.UID, GID: b.UID, Dir: own,
		Mounts: []runtime.Mount{
			{Source: own, Target: boot.Run},
			{Source: work, Target: boot.Work},
			{Source: nothing, Target: boot.Home + "/" + nbhosting.CourseMount, ReadOnly: true},
			{Source: nothing, Target: boot.Modules, ReadOnly: true},
			{Source: nothing, Target: boot.Static, ReadOnly: true},
		},
		Env: boot.Env(), Command: boot.Command(), WorkDir: boot.Work,
		Limits: b.Limits, Network: runtime.NetworkNone,
	}, nil
}

// ask waits for Jupyter to answer, and stops it with what comes of that.
func (b courseBuild) ask(ctx context.Context, spec runtime.Spec, boot jupyter.Boot, stop func(error)) {
	socket := filepath.Join(spec.Dir, boot.Socket)
	dial := func(ctx context.Context) (net.Conn, error) { return unixsock.Dial(ctx, socket, spec.UID) }
	client := jupyter.New(dial, boot.BasePath, boot.Token)
	if err := client.Await(ctx, func(context.Context) error { return nil }); err != nil {
		return // it has ended, or its time has
	}
	kernels, err := client.Kernels(ctx)
	switch {
	case err != nil:
		stop(fmt.Errorf("%w: %w", errSilent, err))
	case len(kernels) == 0:
		stop(errNoKernel)
	default:
		stop(errWorks)
	}
}

var noModule = regexp.MustCompile(`No module named '?([\w.]+)`)

// explainTry says what an image lacks to whoever wrote its Dockerfile.
func (b courseBuild) explainTry(ctx context.Context, exit runtime.Exit, err error, printed string) error {
	const start = "To have all that is needed, let its Dockerfile begin with “FROM " + Minimal + "”."
	cause := err
	if cause == nil {
		cause = fmt.Errorf("jupyter ended with %+v", exit)
	}
	bad := func(format string, args ...any) error {
		return nbhosting.Because(cause, nbhosting.Invalid, "The new image of course %s is not used: %s", b.Course, fmt.Sprintf(format, args...))
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("try the image of %s: %w", b.Course, err)
	case errors.Is(err, errNoKernel):
		return bad("Jupyter starts in it, but has no kernel to run notebooks. Add “RUN pip install ipykernel”, or the kernel of another language.")
	case errors.Is(err, errSilent):
		return bad("Jupyter did not answer within %s. What it printed is at the end of the build's output.", b.TryTimeout)
	case errors.Is(err, runtime.ErrUnavailable):
		return nbhosting.Because(err, nbhosting.Unavailable, "The new image of course %s could not be tried: the container engine does not answer. Tell the administrator.", b.Course)
	case lacksProgram(exit, err):
		return bad("there is no python3 in it. %s", start)
	case err != nil:
		return fmt.Errorf("try the image of %s: %w", b.Course, err)
	case exit.OOMKilled:
		return bad("Jupyter needs more memory to start than servers have here, which is %d MB.", b.Limits.MemoryBytes>>20)
	}
	if missing := noModule.FindStringSubmatch(printed); missing != nil {
		return bad("Jupyter does not start in it, because Python finds no module named %s. %s", missing[1], start)
	}
	return bad("Jupyter does not start in it (exit code %d). What it printed is at the end of the build's output.", exit.Code)
}

// lacksProgram tells whether the program that was to be run was not there:
// engines notice it before they start a container, or what is first in it does.
func lacksProgram(exit runtime.Exit, err error) bool {
	if err != nil {
		return strings.Contains(err.Error(), "python3") && strings.Contains(err.Error(), "not found")
	}
	return exit.Code == 126 || exit.Code == 127
}
