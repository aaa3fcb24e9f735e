package process_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

// TestAFloodOfOutput does not stay on the disk, but for its end.
func TestAFloodOfOutput(t *testing.T) {
	dir := t.TempDir()
	d, err := process.New(process.Options{StateDir: filepath.Join(dir, "state"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Start(t.Context(), runtime.Spec{
		Name: "flood", UID: os.Getuid(), GID: os.Getgid(), Dir: dir, WorkDir: "/",
		Command: []string{"sh", "-c", "yes a line of a flood | head -c 20000000; echo the last; exec sleep 600"},
	}); err != nil {
		t.Fatal(err)
	}
	defer d.Remove(t.Context(), "flood")
	last := func() bool {
		text, err := d.Output(t.Context(), "flood", 1)
		return err == nil && strings.Contains(text, "the last")
	}
	for end := time.Now().Add(time.Minute); !last(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the end of the flood does not come")
		}
	}
	if _, err := d.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "state", "flood.log"))
	if err != nil {
		t.Fatal(err)
	}
	if onDisk := info.Sys().(*syscall.Stat_t).Blocks * 512; onDisk > 4<<20 {
		t.Errorf("%d bytes are on the disk", onDisk)
	}
	if !last() {
		t.Error("the end of the output is gone")
	}
}
