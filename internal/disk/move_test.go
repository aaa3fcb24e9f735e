package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/disk"
)

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(path), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsReplacedByAMove(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, filepath.Join(from, "a"))
	write(t, filepath.Join(to, "taken"))
	if err := disk.MoveIn(from, "a", to, "taken"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(to, "taken")); string(text) != filepath.Join(to, "taken") {
		t.Errorf("got %q, %v", text, err)
	}
	if err := disk.MoveIn(from, "a", to, "b"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(to, "b")); string(text) != filepath.Join(from, "a") {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestWhatIsNotThereHasBeenMoved(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	nowhere := filepath.Join(from, "nowhere")
	for _, c := range []struct{ from, to string }{{from, to}, {nowhere, to}, {from, nowhere}} {
		if err := disk.MoveIn(c.from, "a", c.to, "b"); err != nil {
			t.Errorf("from %s to %s: %v", c.from, c.to, err)
		}
	}
	write(t, filepath.Join(from, "a"))
	if err := disk.MoveIn(from, "a", nowhere, "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is there could not be moved, and nobody was told: %v", err)
	}
}

func TestWhatLiesOnOneFileSystemCanBeMoved(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "a"))
	if err := disk.CheckMovable(top, "a", top); err != nil {
		t.Error(err)
	}
	if err := disk.CheckMovable(top, "absent", top); err != nil {
		t.Error(err)
	}
	if err := disk.CheckMovable(top, "a", "/proc"); err == nil {
		t.Error("a file could be moved to /proc")
	}
}
