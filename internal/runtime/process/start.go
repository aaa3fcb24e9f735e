package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Start runs the program of spec, unless it runs.
func (d *Driver) Start(ctx context.Context, spec runtime.Spec) (runtime.Instance, error) {
	if err := errors.Join(ctx.Err(), spec.Check(), checkUser(spec), spec.CheckMounts()); err != nil {
		return runtime.Instance{}, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	if err := d.clear(ctx, spec.Name); err != nil {
		return runtime.Instance{}, err
	}
	unlock, err := d.state.lock()
	if err != nil {
		return runtime.Instance{}, err
	}
	defer unlock()
	r, err := d.state.read(spec.Name)
	if err == nil && r.runs() {
		return r.instance(), nil
	}
	if err != nil && !errors.Is(err, runtime.ErrNotFound) {
		return runtime.Instance{}, err
	}
	r, err = d.run(spec)
	if err != nil {
		return runtime.Instance{}, errors.Join(fmt.Errorf("start %s: %w", spec.Name, err), d.state.remove(spec.Name))
	}
	return r.instance(), nil
}

// clear ends what an ended instance of that name may have left running.
func (d *Driver) clear(ctx context.Context, name string) error {
	r, err := d.locked(name)
	if errors.Is(err, runtime.ErrNotFound) || err == nil && r.runs() {
		return nil
	}
	if err != nil {
		return err
	}
	return r.end(ctx)
}

// checkUser tells whether we may run a program under the ids of spec.
func checkUser(spec runtime.Spec) error {
	if os.Geteuid() == 0 || spec.UID == os.Geteuid() && spec.GID == os.Getegid() {
		return nil
	}
	return fmt.Errorf("cannot run a program as user %d:%d: only root can, and this is user %d:%d",
		spec.UID, spec.GID, os.Geteuid(), os.Getegid())
}

// run starts the program and writes down that it did.
func (d *Driver) run(spec runtime.Spec) (record, error) {
	mark := rand.Text()
	cmd, err := d.command(spec, mark)
	if err != nil {
		return record{}, err
	}
	output, err := os.OpenFile(d.state.outputPath(spec.Name), os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return record{}, fmt.Errorf("open the output: %w", err)
	}
	defer output.Close()
	cmd.Stdout, cmd.Stderr = output, output
	r := record{
		Name: spec.Name, Labels: spec.Labels, Dir: spec.Dir, UID: spec.UID, Mark: mark,
		StartedAt: time.Now().Round(0), // as it is read back
	}
	// Written first: if we are killed now, the program is known by its mark.
	if err := d.state.write(r); err != nil {
		return record{}, err
	}
	if err := cmd.Start(); err != nil {
		return record{}, err
	}
	if r, err = d.identify(r, cmd); err != nil {
		return record{}, errors.Join(err, cmd.Process.Kill(), ignoreExit(cmd.Wait()))
	}
	go d.reap(cmd, r)
	return r, nil
}

// ignoreExit returns nil for the error that only says how a program ended.
func ignoreExit(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}

// identify adds to the record which process it is that has just been started.
func (d *Driver) identify(r record, cmd *exec.Cmd) (record, error) {
	main, err := readStat(cmd.Process.Pid)
	if err != nil {
		return r, fmt.Errorf("identify the process: %w", err)
	}
	r.Main = main.identity()
	return r, d.state.write(r)
}

// command makes the program of spec ready to start, in a session of its own, so
// that neither a Ctrl-C nor our end concerns it.
func (d *Driver) command(spec runtime.Spec, mark string) (*exec.Cmd, error) {
	program, err := lookUp(d.path, spec.Command[0])
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path:        program,
		Args:        spec.Command,
		Env:         environment(spec.Env, d.path, mark),
		Dir:         spec.WorkDir,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if os.Geteuid() == 0 {
		// No supplementary group, above all none of ours.
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(spec.UID), Gid: uint32(spec.GID)}
	}
	return cmd, nil
}
