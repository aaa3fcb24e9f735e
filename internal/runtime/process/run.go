package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/sandbox"
)

// Run runs a program to its end in a sandbox, unlike an instance: it sees the
// host's /usr, our Python environment, its mounts, itself, and nothing else of this host, and
// has no network even if it is given one. Of its limits those of processes and open files
// hold, the former also for whatever else runs as its user where the kernel is old. It ends
// with this program.
func (d *Driver) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	if err := errors.Join(context.Cause(ctx), spec.CheckRun(), checkUser(spec), spec.CheckMounts()); err != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, err)
	}
	program, err := lookUp(d.path, spec.Command[0])
	if err != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, err)
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	printed := &printer{w: out, stop: stop}
	err = sandbox.Run(running, sandbox.Spec{
		Command: append([]string{program}, spec.Command[1:]...),
		Env:     withPath(spec.Env, d.path),
		WorkDir: spec.WorkDir,
		Mounts:  d.sight(spec, program),
		UID:     spec.UID,
		GID:     spec.GID,
		Stdout:  printed,
		Stderr:  printed,
		Limits:  sandbox.Limits{Processes: spec.Limits.PIDs, OpenFiles: spec.Limits.OpenFiles, ScratchBytes: scratchBytes},
	})
	if running.Err() != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, context.Cause(running))
	}
	if exit, ended := errors.AsType[*sandbox.ExitError](err); ended {
		return runtime.Exit{Code: codeOf(exit)}, nil
	}
	if errors.Is(err, sandbox.ErrUnavailable) {
		err = fmt.Errorf("%w: %w", runtime.ErrUnavailable, err)
	}
	if err != nil {
		return runtime.Exit{}, fmt.Errorf("run %s: %w", spec.Name, err)
	}
	return runtime.Exit{}, nil
}

// scratchBytes is what a program's own /tmp holds.
const scratchBytes = 1 << 30

// codeOf tells of a signal as a shell does.
func codeOf(e *sandbox.ExitError) int {
	if e.Signal != 0 {
		return 128 + int(e.Signal)
	}
	return e.Code
}

// sight is what the program sees besides the system, each at its own path: its
// mounts, its Python environment, and the program, unless it is in one of these.
func (d *Driver) sight(spec runtime.Spec, program string) []sandbox.Mount {
	var mounts []sandbox.Mount
	for _, m := range spec.Mounts {
		source := filepath.Clean(m.Source)
		mounts = append(mounts, sandbox.Mount{Source: source, Target: source, ReadOnly: m.ReadOnly})
	}
	var ours []string
	if d.binDir != "" {
		ours = append(ours, filepath.Dir(filepath.Clean(d.binDir)))
	}
	for _, path := range append(ours, filepath.Clean(program)) {
		shown := slices.ContainsFunc(mounts, func(m sandbox.Mount) bool { return isIn(path, m.Target) })
		if !shown && !slices.ContainsFunc(systemDirs(), func(dir string) bool { return isIn(path, dir) }) {
			mounts = append(mounts, sandbox.Mount{Source: path, Target: path, ReadOnly: true})
		}
	}
	return mounts
}

// systemDirs are those that every sandbox shows.
func systemDirs() []string {
	return []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
}

func isIn(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// printer ends the program when what it prints can go nowhere.
type printer struct {
	w    io.Writer
	stop func(error)
}

func (p *printer) Write(data []byte) (int, error) {
	n, err := p.w.Write(data)
	if err != nil {
		p.stop(fmt.Errorf("write the output: %w", err))
	}
	return n, err
}
