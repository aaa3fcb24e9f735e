package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// family returns all living processes of the instance: the main one and those
// of its session, those that carry its mark, and the descendants of any of these.
func (r record) family() ([]stat, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	// Once the main process has gone, its number may stand for another's session.
	mainThere := slices.ContainsFunc(all, func(s stat) bool { return s.identity() == r.Main })
	in := make(map[int]bool)
	for _, s := range all {
		in[s.pid] = mainThere && s.session == r.Main.PID || r.marked(s.pid)
	}
	for grown := true; grown; {
		grown = false
		for _, s := range all {
			if !in[s.pid] && in[s.parent] {
				in[s.pid], grown = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(s stat) bool { return !in[s.pid] || s.zombie() }), nil
}

// marked tells whether the process was given the instance's mark when it was
// started. It cannot be told of processes that are not ours to see.
func (r record) marked(pid int) bool {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	mark := []byte(markName + "=" + r.Mark)
	return err == nil && r.Mark != "" && bytes.Contains(environ, mark)
}

// processes returns all of this host.
func processes() ([]stat, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	boot, err := bootID()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var all []stat
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if s, err := readStatOf(pid, boot); err == nil {
			all = append(all, s)
		}
	}
	return all, nil
}

const (
	poll       = 20 * time.Millisecond
	endTimeout = 10 * time.Second // a process that outlives SIGKILL by this hangs in the kernel
)

// end kills the whole family, until none is left: a process may start others
// while we look.
func (r record) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	for {
		family, err := r.family()
		if err != nil {
			return err
		}
		if len(family) == 0 {
			return nil
		}
		for _, s := range family {
			if err := signal(s.identity(), unix.SIGKILL); err != nil {
				return err
			}
		}
		select {
		case <-time.After(poll):
		case <-ctx.Done():
			return fmt.Errorf("end %s: %d processes are left: %w", r.Name, len(family), ctx.Err())
		}
	}
}

// signal sends a signal to the very process that id means, if it is still there.
func signal(id identity, sig unix.Signal) error {
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err == unix.ESRCH {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find process %d: %w", id.PID, err)
	}
	defer unix.Close(fd)
	now, err := readStat(id.PID) // the number cannot be used again while fd is open
	if err != nil || now.identity() != id {
		return nil
	}
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil && err != unix.ESRCH {
		return fmt.Errorf("signal process %d: %w", id.PID, err)
	}
	return nil
}
