package cli_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/demo"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/cli"
)

// TestTheDemonstrationRunsAgainAndAgain starts it twice in one directory.
func TestTheDemonstrationRunsAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		ctx, interrupt := context.WithCancel(t.Context())
		var stdout, stderr apptest.Log
		ended := make(chan int)
		go func() {
			ended <- cli.Main(ctx, cli.Program{Version: apptest.Version, Stdout: &stdout, Stderr: &stderr}, []string{"demo", "--dir", dir, "--runtime", "process", "--listen", "127.0.0.1:0"})
		}()
		for !strings.Contains(stdout.String(), "== serving") {
			select {
			case code := <-ended:
				t.Fatalf("got %d\n%s%s", code, &stdout, &stderr)
			case <-time.After(5 * time.Millisecond):
			}
		}
		if want := "/notebookLazyCopy/" + demo.CourseName + "/" + demo.Notebook + "/alice\n"; !strings.Contains(stdout.String(), want) {
			t.Errorf("%s is not among\n%s", want, &stdout)
		}
		file := filepath.Join(dir, "nbhosting.yaml")
		good(t, "config", "check", file)
		if got := good(t, "--config", file, "course", "list"); !strings.Contains(got, demo.CourseName) {
			t.Errorf("got\n%s", got)
		}
		interrupt()
		if code := <-ended; code != 0 {
			t.Errorf("got %d\n%s", code, &stderr)
		}
	}
}
