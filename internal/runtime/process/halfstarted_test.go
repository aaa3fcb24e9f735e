package process_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

// TestHalfStarted finds what a program left that was killed after it had started an
// instance and before it could write down which process that is.
func TestHalfStarted(t *testing.T) {
	dir := t.TempDir()
	orphan := exec.Command("sleep", "600")
	orphan.Env = []string{"NBHOSTING_INSTANCE=mark-of-this-test"}
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan *os.ProcessState, 1)
	go func() { _ = orphan.Wait(); ended <- orphan.ProcessState }()
	defer orphan.Process.Kill()
	record, err := json.Marshal(map[string]any{"name": "half", "labels": map[string]string{"a": "b"}, "dir": dir, "mark": "mark-of-this-test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "half.json"), record, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := process.New(process.Options{StateDir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.List(t.Context())
	if err != nil || len(list) != 1 || list[0].State != runtime.Ended || list[0].Labels["a"] != "b" {
		t.Fatalf("got %+v, %v", list, err)
	}
	if err := d.Remove(t.Context(), "half"); err != nil {
		t.Fatal(err)
	}
	if status := (<-ended).Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		t.Errorf("it ended with %v", status)
	}
	if _, err := d.Inspect(t.Context(), "half"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("then: %v", err)
	}
}
