package docker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestGroupsOfAContainer(t *testing.T) {
	const id = "4f00f9"
	for text, want := range map[string]groups{
		"0::/system.slice/docker-4f00f9.scope\n":            {unified: "/sys/fs/cgroup/system.slice/docker-4f00f9.scope"},
		"0::/machine.slice/libpod-4f00f9.scope/container\n": {unified: "/sys/fs/cgroup/machine.slice/libpod-4f00f9.scope/container"},
		"9:name=systemd:/x\n4:cpu,cpuacct:/docker/4f00f9\n3:memory:/docker/4f00f9\n2:pids:/docker/4f00f9\n0::/\n": {
			cpu: "/sys/fs/cgroup/cpuacct/docker/4f00f9", memory: "/sys/fs/cgroup/memory/docker/4f00f9", pids: "/sys/fs/cgroup/pids/docker/4f00f9",
		},
	} {
		if got, err := parseGroups(text, id); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0::/\n", "0::/system.slice/docker-other.scope\n", "nonsense\n4f00f9\n"} {
		if got, err := parseGroups(text, id); err == nil {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestUsageOfGroups(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"cpu.stat": "usage_usec 1500000\nuser_usec 1\n", "pids.current": "7\n", "memory.current": "1000\n",
		"memory.stat":   "anon 5\ninactive_file 300\nactive_file 200\ntotal_inactive_file 400\n",
		"cpuacct.usage": "2000000000\n", "memory.usage_in_bytes": "2000\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, g := range map[runtime.Usage]groups{
		{CPU: 1500 * time.Millisecond, PIDs: 7, MemoryBytes: 700}: {unified: dir},
		{CPU: 2 * time.Second, PIDs: 7, MemoryBytes: 1600}:        {cpu: dir, memory: dir, pids: dir},
	} {
		if got, err := g.usage(); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := (groups{unified: filepath.Join(dir, "absent")}).usage(); err == nil {
		t.Error("groups that are not there have a usage")
	}
}
