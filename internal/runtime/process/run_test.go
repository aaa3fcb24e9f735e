package process_test

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

func TestRunsSeeThePythonEnvironmentAndNotThisHost(t *testing.T) {
	bin := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	if bin == "" {
		t.Skip("no Python environment (NBHOSTING_TEST_PYTHON_BIN)")
	}
	d, err := process.New(process.Options{StateDir: t.TempDir(), BinDir: bin, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		uid, gid = student, student
	}
	var out bytes.Buffer
	exit, err := d.Run(t.Context(), runtime.Spec{
		Name: "x", UID: uid, GID: gid, WorkDir: "/tmp", Env: []string{"HOME=/tmp"},
		Command: []string{"python3", "-I", "-c", "import os, nbformat; print(nbformat.__name__, os.path.exists('/etc/passwd'), os.access('/tmp', os.W_OK))"},
	}, &out)
	if err != nil || exit.Code != 0 || !strings.HasPrefix(out.String(), "nbformat False True") {
		t.Errorf("%+v, %v: %s", exit, err, out.String())
	}
}
