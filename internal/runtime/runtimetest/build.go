package runtimetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BuildProgram builds the test program, without any library, and returns its
// path on this host, which every user may run. It is gone after the test.
func BuildProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(publicDir(t), "testprogram")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path,
		"github.com/nbhosting/nbhosting/internal/runtime/runtimetest/testprogram")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the test program: %v\n%s", err, output)
	}
	return path
}

// publicDir returns a new directory that all users may look into, with a short
// path: the names of sockets are short. Those of t.TempDir are neither.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nbh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
