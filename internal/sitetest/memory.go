package sitetest

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// diskEnv is where temporary directories were before [UseMemory].
const diskEnv = "NBHOSTING_TEST_DISK"

// enough is how much room there has to be in memory, in bytes.
const enough = 4 << 30

// UseMemory has temporary directories made in memory, where there is room: what
// publishes or moves has all written to the disk, which on a machine that is busy
// otherwise takes longer than all the rest. It is for the beginning of TestMain.
func UseMemory() {
	const memory = "/dev/shm"
	var st unix.Statfs_t
	err := unix.Statfs(memory, &st)
	if err != nil || st.Type != unix.TMPFS_MAGIC || st.Flags&(unix.ST_NOEXEC|unix.ST_RDONLY) != 0 || int64(st.Bavail)*st.Bsize < enough {
		return
	}
	if os.Getenv(diskEnv) == "" {
		os.Setenv(diskEnv, os.TempDir())
	}
	os.Setenv("TMPDIR", memory)
}

// OnDisk returns a temporary directory that is on the disk all the same.
func OnDisk(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv(diskEnv), "nbhosting")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
