package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/cli"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Unsetenv("NBHOSTING_CONFIG")
	os.Exit(m.Run())
}

// result is what a command came to.
type result struct {
	code           int
	stdout, stderr string
}

func run(t *testing.T, args ...string) result {
	t.Helper()
	return runUntil(t.Context(), args...)
}

func runUntil(ctx context.Context, args ...string) result {
	return called(ctx, cli.Program{Name: "nbhosting"}, args...)
}

// called runs a command of a program; what it prints is kept in place of its outputs.
func called(ctx context.Context, p cli.Program, args ...string) result {
	var stdout, stderr strings.Builder
	p.Version, p.Stdout, p.Stderr = apptest.Version, &stdout, &stderr
	code := cli.Main(ctx, p, args)
	return result{code, stdout.String(), stderr.String()}
}

// good runs a command that has to succeed, and returns what it printed.
func good(t *testing.T, args ...string) string {
	t.Helper()
	r := run(t, args...)
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("%q: got %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

// bad runs a command that has to fail, and returns what it says.
func bad(t *testing.T, args ...string) string {
	t.Helper()
	r := run(t, args...)
	if r.code != 1 || !strings.HasPrefix(r.stderr, "nbhosting: ") {
		t.Errorf("%q: got %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
	return r.stderr
}

// misused runs a command line that makes no sense, and returns what is said of it.
func misused(t *testing.T, args ...string) string {
	t.Helper()
	r := run(t, args...)
	if r.code != 2 || !strings.HasPrefix(r.stderr, "nbhosting: ") || !strings.Contains(r.stderr, " --help") || r.stdout != "" {
		t.Errorf("%q: got %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
	return r.stderr
}

// configFile writes a configuration of the data directory root.
func configFile(t *testing.T, root string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "nbhosting.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, "root: %q\nruntime: process\n", root), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
