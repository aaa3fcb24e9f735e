package host

import (
	"os/exec"
	"testing"
)

func TestMemoryOfThisMachine(t *testing.T) {
	m, err := ReadMemory(t.Context())
	if err != nil || m.Total <= 0 || m.Available <= 0 || m.Available > m.Total || m.Free > m.Total {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := ReadLoad(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDiskOfADirectory(t *testing.T) {
	d, err := ReadDisk(t.Context(), t.TempDir())
	if err != nil || d.Total <= 0 || d.Free < 0 || d.Free > d.Total {
		t.Errorf("got %+v, %v", d, err)
	}
	if _, err := ReadDisk(t.Context(), t.TempDir()+"/absent"); err == nil {
		t.Error("the disk of a directory that is not there is told")
	}
	for want, disk := range map[int64]Disk{0: {}, 50: {Total: 1 << 40, Free: 1 << 39}, 100: {Total: 5, Free: 5}} {
		if got := disk.PercentFree(); got != want {
			t.Errorf("%+v: got %d%%, want %d%%", disk, got, want)
		}
	}
}

func TestProcessesAreCounted(t *testing.T) {
	before, err := ReadProcesses()
	if err != nil || before.Now < 1 || before.Most < before.Now {
		t.Fatalf("got %+v, %v", before, err)
	}
	if n, err := parseProcesses("0.20 0.18 0.12 1/80 11206\n"); n != 80 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	for _, text := range []string{"", "1 2 3", "1 2 3 4 5"} {
		if n, err := parseProcesses(text); err == nil {
			t.Errorf("%q: got %d", text, n)
		}
	}
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip(err)
	}
	for range 20 {
		c := exec.Command("sleep", "600")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { c.Process.Kill(); c.Wait() }()
	}
	// Others may end meanwhile, but not so many that there are none.
	if after, err := ReadProcesses(); err != nil || after.Now < 20 {
		t.Errorf("with twenty more: %+v, then %+v, %v", before, after, err)
	}
}
