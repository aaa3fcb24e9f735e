package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/disk"
)

// deep makes directories one below the other, as anybody can in a directory of theirs.
// Their path is longer than any that the system takes.
func deep(t *testing.T, dir string, n int) {
	t.Helper()
	at, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for range n {
		if err != nil {
			t.Fatal(err)
		}
		below := -1
		if err = unix.Mkdirat(at, "d", 0o755); err == nil {
			below, err = unix.Openat(at, "d", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		}
		unix.Close(at)
		at = below
	}
	unix.Close(at)
}

func wantGone(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", path, err)
	}
}

// TestDeepDirectoriesAreRemoved where there are more of them than this program may have files open.
func TestDeepDirectoriesAreRemoved(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	few := before
	few.Cur = min(200, before.Max)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &before) })
	dir := filepath.Join(t.TempDir(), "dir")
	for _, part := range []string{"a", "b"} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o755); err != nil {
			t.Fatal(err)
		}
		deep(t, filepath.Join(dir, part), 5000)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := disk.RemoveIn(root, "a"); err != nil {
		t.Error(err)
	}
	wantGone(t, filepath.Join(dir, "a"))
	if err := disk.RemoveAll(dir); err != nil {
		t.Error(err)
	}
	wantGone(t, dir)
}

func TestAllIsRemovedAndNothingElse(t *testing.T) {
	top := t.TempDir()
	kept, dir := filepath.Join(top, "kept"), filepath.Join(top, "dir")
	for _, d := range []string{kept, filepath.Join(dir, "closed"), filepath.Join(dir, "many")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(kept, "file"))
	write(t, filepath.Join(dir, "closed", "file"))
	for i := range 3000 {
		write(t, filepath.Join(dir, "many", strconv.Itoa(i)))
	}
	err := errors.Join(os.Symlink(kept, filepath.Join(dir, "link")), os.Symlink("nowhere", filepath.Join(dir, "broken")),
		unix.Mkfifo(filepath.Join(dir, "pipe"), 0o644), os.Symlink(kept, filepath.Join(top, "link")))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(top, "link"), filepath.Join(top, "absent"), filepath.Join(top, "absent", "below")} {
		if err := disk.RemoveAll(path); err != nil {
			t.Error(err)
		}
		wantGone(t, path)
	}
	if _, err := os.Stat(filepath.Join(kept, "file")); err != nil {
		t.Errorf("what a link leads to: %v", err)
	}
}

func TestWhatCannotBeRemovedIsToldShortly(t *testing.T) {
	if os.Getuid() == 0 {
		if err := disk.RemoveAll("/proc/self"); err == nil {
			t.Error("it has removed a part of the kernel")
		}
		return
	}
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.MkdirAll(filepath.Join(dir, "closed", "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	if err := disk.RemoveAll(dir); !errors.Is(err, fs.ErrPermission) || len(err.Error()) > len(dir)+200 {
		t.Errorf("got %v", err)
	}
}
