package process_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
	"github.com/nbhosting/nbhosting/internal/runtime/runtimetest"
)

// student is who programs run as where we can choose.
const student = 54321

func TestContract(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) runtimetest.Harness {
		base := t.TempDir()
		h := runtimetest.Harness{
			Open: func(t *testing.T, site string) runtime.Runtime {
				return open(t, filepath.Join(base, site))
			},
			Program:   runtimetest.BuildProgram(t),
			UID:       os.Geteuid(),
			GID:       os.Getegid(),
			Processes: true,
			Runs:      true,
			Leftovers: func(t *testing.T, site string) []string {
				left, err := filepath.Glob(filepath.Join(base, site, "*.*"))
				if err != nil {
					t.Error(err)
				}
				return left
			},
		}
		if os.Geteuid() == 0 {
			h.UID, h.GID = student, student
		}
		return h
	})
}

func open(t *testing.T, stateDir string) *process.Driver {
	t.Helper()
	d, err := process.New(process.Options{StateDir: stateDir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
