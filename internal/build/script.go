package build

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Where a confined script sees things: the course is where students have theirs.
const (
	confinedHome   = "/home/jovyan"
	confinedWork   = confinedHome + "/work"
	confinedScript = "/run/nbhosting-build"
)

var (
	errTooLong  = errors.New("the script ran longer than it may")
	errDiskFull = errors.New("the script filled the disk")
)

// runScript runs the script of a task in its scratch directory, to its end.
func (b *Builder) runScript(ctx context.Context, t task, s scratch, log io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, b.Timeout, errTooLong)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go watchDisk(ctx, s.dir, b.MinFree, func() { stop(errDiskFull) })
	exit, err := b.Runner.Run(ctx, b.spec(t, s), log)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("run the script: %w", errors.Join(context.Cause(ctx), err))
	case err != nil:
		return fmt.Errorf("run the script: %w", err)
	case exit.Code != 0:
		return b.scriptFailed(exit)
	}
	return nil
}

// spec says how the script runs. Bash reads it from a file, as it was written.
func (b *Builder) spec(t task, s scratch) runtime.Spec {
	home, work, script := confinedHome, confinedWork, confinedScript
	if !b.Runner.Confined() {
		home, work, script = s.path(homePart), s.path(workPart), s.path(scriptPart)
	}
	mounts := []runtime.Mount{
		{Source: s.path(workPart), Target: confinedWork},
		{Source: s.path(scriptPart), Target: confinedScript, ReadOnly: true},
	}
	if !b.Runner.Confined() {
		mounts = append(mounts, runtime.Mount{Source: s.path(homePart), Target: home})
	}
	return runtime.Spec{
		Name:   instanceName(t),
		Labels: map[string]string{"nbhosting.build": t.build.ID, "nbhosting.course": string(t.course)},
		Image:  t.image, UID: b.UID, GID: b.UID,
		Mounts: mounts,
		Env: []string{
			"HOME=" + home, "USER=jovyan", "SHELL=/bin/bash", "LANG=C.UTF-8", "TERM=dumb",
			"PYTHONPATH=" + path.Join(work, "modules"),
		},
		// -e: the first line that fails ends it. -x: the log shows which that was.
		Command: []string{"bash", "-ex", path.Join(script, scriptFile)},
		WorkDir: path.Join(work, filepath.ToSlash(t.build.Directory)),
		Limits:  b.Limits,
		Network: b.Network,
	}
}

// instanceName is what administrators of existing sites know it by, where an engine can take that.
func instanceName(t task) string {
	name := fmt.Sprintf("%s-xbuildx-%s-%s", t.course, t.build.ID, short(t.commit))
	unplain := func(r rune) bool {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r)
		return !plain
	}
	if strings.ContainsFunc(name, unplain) || name[0] == '_' || len(name) > 150 {
		return "nbh-build-" + strings.ToLower(rand.Text()[:10])
	}
	return name
}
