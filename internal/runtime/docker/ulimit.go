package docker

import (
	"github.com/moby/moby/api/types/container"
	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// ulimits returns those that limits ask for. Podman gets all that it would
// otherwise choose itself: it chooses more than a host may allow, and then
// starts nothing.
func ulimits(limits runtime.Limits, podman bool) []*container.Ulimit {
	var all []*container.Ulimit
	switch {
	case limits.OpenFiles > 0:
		all = append(all, ulimit("nofile", limits.OpenFiles))
	case podman:
		all = append(all, ulimit("nofile", hostLimit(unix.RLIMIT_NOFILE, mostFiles)))
	}
	if podman {
		all = append(all, ulimit("nproc", hostLimit(unix.RLIMIT_NPROC, mostProcesses)))
	}
	return all
}

func ulimit(name string, value int64) *container.Ulimit {
	return &container.Ulimit{Name: name, Soft: value, Hard: value}
}

// What Podman gets at most. It allows its own service no more processes than
// the kernel numbers by default.
const (
	mostFiles     = 1 << 20
	mostProcesses = 1 << 15
)

// hostLimit returns what this process may use, which is taken for what the
// engine beside it may, if that is less than most.
func hostLimit(resource int, most uint64) int64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(resource, &limit); err != nil {
		return int64(most)
	}
	return int64(min(limit.Max, most))
}
