package process_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

// Variables that make this test program another one: it starts an instance in a
// directory, as a user, says how that went, and waits to be killed.
const (
	startIn = "TEST_START_IN"
	startAs = "TEST_START_AS"
)

func TestMain(m *testing.M) {
	if base := os.Getenv(startIn); base != "" {
		println(startAndSay(base))
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func startAndSay(base string) string {
	uid, err := strconv.Atoi(os.Getenv(startAs))
	if err != nil {
		return err.Error()
	}
	d, err := process.New(process.Options{StateDir: filepath.Join(base, "state"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err.Error()
	}
	if _, err := d.Start(context.Background(), sleeper(base, uid)); err != nil {
		return err.Error()
	}
	return "started"
}

func sleeper(base string, uid int) runtime.Spec {
	return runtime.Spec{
		Name: "sleeper", UID: uid, GID: uid, Dir: base, WorkDir: "/",
		Labels: map[string]string{"a": "b"}, Command: []string{"sleep", "600"},
	}
}

// starter runs another process of user uid that starts an instance of user
// instanceUID; it returns what that says, once the process is killed.
func starter(t *testing.T, base string, uid, instanceUID int) string {
	t.Helper()
	other := exec.CommandContext(t.Context(), copyOfSelf(t, base))
	other.Env = []string{startIn + "=" + base, startAs + "=" + strconv.Itoa(instanceUID)}
	if uid != os.Geteuid() {
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	stderr, err := other.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	said, readErr := bufio.NewReader(stderr).ReadString('\n')
	if err := errors.Join(readErr, other.Process.Kill()); err != nil {
		t.Fatalf("%q, %v", said, err)
	}
	_ = other.Wait() // it was killed
	return strings.TrimSpace(said)
}

// copyOfSelf returns the path of this test program where any user may run it.
func copyOfSelf(t *testing.T, dir string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "starter")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// What runs goes on when nbhosting is killed, and the next one finds it and ends it.
func TestInstancesOutliveNbhosting(t *testing.T) {
	base := t.TempDir()
	if said := starter(t, base, os.Geteuid(), os.Geteuid()); said != "started" {
		t.Fatalf("the starter says %q", said)
	}
	d := open(t, filepath.Join(base, "state"))
	i, err := d.Inspect(t.Context(), "sleeper")
	if err != nil || i.State != runtime.Running || i.Labels["a"] != "b" {
		t.Fatalf("inspect: %+v, %v, want running", i, err)
	}
	if again, err := d.Start(t.Context(), sleeper(base, os.Geteuid())); err != nil || again.StartedAt != i.StartedAt {
		t.Errorf("start again: %+v, %v, want the same", again, err)
	}
	if err := d.Stop(t.Context(), "sleeper", time.Minute); err != nil {
		t.Errorf("stop: %v", err)
	}
	if i, err := d.Inspect(t.Context(), "sleeper"); err != nil || i.State != runtime.Ended || i.ExitCode != -1 {
		t.Errorf("inspect: %+v, %v, want ended, with an exit code that nobody saw", i, err)
	}
}

// Who is not root runs programs as themselves only.
func TestWithoutRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	base, err := os.MkdirTemp("", "nbh")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	if err := os.Chown(base, student, student); err != nil {
		t.Fatal(err)
	}
	if said := starter(t, base, student, 0); !strings.Contains(said, "only root can") {
		t.Errorf("starting as root: %q", said)
	}
	if said := starter(t, base, student, student); said != "started" {
		t.Errorf("starting as oneself: %q", said)
	}
	if err := open(t, filepath.Join(base, "state")).Remove(t.Context(), "sleeper"); err != nil {
		t.Error(err)
	}
}
