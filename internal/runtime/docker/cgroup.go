package docker

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// groupUsage reads what a container uses from its control groups, which takes no
// time: engines of some versions make a second of it. It fails where this program sees other
// processes and groups than the engine does.
func groupUsage(id string, pid int) (runtime.Usage, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	if err != nil {
		return runtime.Usage{}, err
	}
	groups, err := parseGroups(string(text), id)
	if err != nil {
		return runtime.Usage{}, err
	}
	return groups.usage()
}

// groups are the directories of a container's control groups.
type groups struct {
	unified           string // version 2
	cpu, memory, pids string // version 1
}

// groupsRoot is where systems have them.
const groupsRoot = "/sys/fs/cgroup"

// parseGroups reads /proc/PID/cgroup (cgroups(7)). The path of each group has to
// hold the container's id: a number of a process can be another's by now.
func parseGroups(text, id string) (groups, error) {
	var g groups
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 || !strings.Contains(fields[2], id) {
			continue
		}
		for _, controller := range strings.Split(fields[1], ",") {
			switch controller {
			case "":
				g.unified = filepath.Join(groupsRoot, fields[2])
			case "cpuacct":
				g.cpu = filepath.Join(groupsRoot, controller, fields[2])
			case "memory":
				g.memory = filepath.Join(groupsRoot, controller, fields[2])
			case "pids":
				g.pids = filepath.Join(groupsRoot, controller, fields[2])
			}
		}
	}
	if g.cpu == "" && g.unified == "" {
		return groups{}, fmt.Errorf("no control group of container %s", id)
	}
	return g, nil
}

func (g groups) usage() (u runtime.Usage, err error) {
	if g.cpu != "" {
		return g.usage1()
	}
	cpu, err := os.ReadFile(filepath.Join(g.unified, "cpu.stat"))
	if err != nil {
		return u, err
	}
	u.CPU = time.Duration(figure(string(cpu), "usage_usec")) * time.Microsecond
	if u.PIDs, err = readNumber(g.unified, "pids.current"); err != nil {
		return u, err
	}
	u.MemoryBytes, err = readMemory(g.unified, "memory.current", "inactive_file")
	return u, err
}

func (g groups) usage1() (u runtime.Usage, err error) {
	cpu, err := readNumber(g.cpu, "cpuacct.usage")
	if err != nil {
		return u, err
	}
	u.CPU = time.Duration(cpu)
	if u.PIDs, err = readNumber(g.pids, "pids.current"); err != nil {
		return u, err
	}
	u.MemoryBytes, err = readMemory(g.memory, "memory.usage_in_bytes", "total_inactive_file")
	return u, err
}

// readMemory reads the memory in use, without what the kernel keeps of files.
func readMemory(dir, current, inactive string) (int64, error) {
	all, err := readNumber(dir, current)
	if err != nil {
		return 0, err
	}
	stat, err := os.ReadFile(filepath.Join(dir, "memory.stat"))
	if err != nil {
		return 0, err
	}
	return max(all-figure(string(stat), inactive), 0), nil
}

func readNumber(dir, name string) (int64, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

// figure returns the number after a name at the beginning of a line; 0 if there is none.
func figure(text, name string) int64 {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, _ := strconv.ParseInt(strings.TrimSpace(value), 10, 64) // 0 is as good as what is no number
			return n
		}
	}
	return 0
}
