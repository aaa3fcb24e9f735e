package sandbox

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespaces says which namespaces the sandbox is started in.
func namespaces(p plan) (*syscall.SysProcAttr, error) {
	a := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
			unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP,
		Setsid:    true, // no terminal of ours
		Pdeathsig: syscall.SIGKILL,
	}
	if !p.OwnUsers {
		return a, nil
	}
	a.Cloneflags |= unix.CLONE_NEWUSER
	if !p.Root {
		// We may map nobody but ourselves. To become another user on the way takes
		// the rights away that setting up needs, unless they are ambient.
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: p.UID, HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: p.GID, HostID: os.Getegid(), Size: 1}}
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETPCAP, unix.CAP_SYS_RESOURCE}
		return a, nil
	}
	// All ids as they are: until it drops them, the sandbox reaches files as root does.
	var err error
	if a.UidMappings, err = sameIDs("/proc/self/uid_map"); err != nil {
		return nil, err
	}
	if a.GidMappings, err = sameIDs("/proc/self/gid_map"); err != nil {
		return nil, err
	}
	a.GidMappingsEnableSetgroups = true
	return a, nil
}

// sameIDs returns the mapping under which every id that we know stays the same.
func sameIDs(file string) ([]syscall.SysProcIDMap, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var same []syscall.SysProcIDMap
	for line := range strings.Lines(string(text)) {
		var first, outside, count int
		if _, err := fmt.Sscan(line, &first, &outside, &count); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		same = append(same, syscall.SysProcIDMap{ContainerID: first, HostID: first, Size: count})
	}
	return same, nil
}
