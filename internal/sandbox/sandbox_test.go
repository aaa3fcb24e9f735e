package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/sandbox"
)

// endTime is the time after which the tests take a program for one that does not end.
const endTime = time.Minute

// result is what a program did.
type result struct {
	stdout, stderr string
	err            error
}

// plainLimits are those of most tests.
func plainLimits() sandbox.Limits {
	return sandbox.Limits{
		MemoryBytes: 256 << 20, CPUTime: 5 * time.Second, Processes: 20, FileBytes: 1 << 20, OpenFiles: 64, ScratchBytes: 1 << 20,
	}
}

// shell returns the Spec of a shell script with arguments.
func shell(script string, args ...string) sandbox.Spec {
	return sandbox.Spec{Command: append([]string{"/bin/sh", "-c", script, "sh"}, args...), Env: []string{"PATH=/usr/bin:/bin"}, Limits: plainLimits()}
}

// needSandbox skips a test where there can be no sandbox.
func needSandbox(t *testing.T) {
	t.Helper()
	err := sandbox.Run(t.Context(), shell("true"))
	if errors.Is(err, sandbox.ErrUnavailable) && os.Getenv("NBHOSTING_TEST") != "require" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a program that is to end by itself.
func run(t *testing.T, spec sandbox.Spec) result {
	t.Helper()
	needSandbox(t)
	ctx, cancel := context.WithTimeout(t.Context(), endTime)
	defer cancel()
	var stdout, stderr bytes.Buffer
	spec.Stdout, spec.Stderr = &stdout, &stderr
	err := sandbox.Run(ctx, spec)
	if ctx.Err() != nil {
		t.Errorf("%q did not end by itself", spec.Command)
	}
	return result{stdout.String(), stderr.String(), err}
}

// wantOutput runs a script that is to succeed.
func wantOutput(t *testing.T, spec sandbox.Spec, want string) {
	t.Helper()
	if got := run(t, spec); got.err != nil || got.stdout != want {
		t.Errorf("%q: %q, %v, %s; want %q", spec.Command, got.stdout, got.err, got.stderr, want)
	}
}

func TestExitStatus(t *testing.T) {
	wantOutput(t, shell("true"), "")
	exit, is := errors.AsType[*sandbox.ExitError](run(t, shell("exit 42")).err)
	if !is || exit.Code != 42 || exit.Signal != 0 || exit.Cause != nil {
		t.Errorf("exit 42: %+v", exit)
	}
}

func TestStreams(t *testing.T) {
	spec := shell("cat; echo odd >&2")
	spec.Stdin = strings.NewReader("through\n")
	got := run(t, spec)
	if got.stdout != "through\n" || got.stderr != "odd\n" || got.err != nil {
		t.Errorf("%+v", got)
	}
	wantOutput(t, shell("cat"), "")
}

func TestNoSuchProgram(t *testing.T) {
	got := run(t, sandbox.Spec{Command: []string{"/usr/bin/no-such-program"}})
	if got.err == nil || !strings.Contains(got.err.Error(), "start the program") || errors.Is(got.err, sandbox.ErrUnavailable) {
		t.Errorf("error %v", got.err)
	}
}

func TestWorkDirAndEnvironment(t *testing.T) {
	t.Setenv("NBHOSTING_TEST_SECRET", "s3cret")
	spec := shell("pwd; env | sort; hostname 2>/dev/null || cat /proc/sys/kernel/hostname")
	spec.WorkDir = "/tmp"
	spec.Env = []string{"PATH=/usr/bin:/bin", "A=b c"}
	wantOutput(t, spec, "/tmp\nA=b c\nPATH=/usr/bin:/bin\nPWD=/tmp\nsandbox\n")
	// Nor is it left where the kernel keeps what a process was started with.
	if got := run(t, shell("cat /proc/1/environ /proc/self/environ")); strings.Contains(got.stdout, "s3cret") || got.stdout == "" {
		t.Errorf("environments: %q", got.stdout)
	}
}

func TestSpecsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*sandbox.Spec){
		"no program":       func(s *sandbox.Spec) { s.Command = nil },
		"relative program": func(s *sandbox.Spec) { s.Command = []string{"sh"} },
		"relative dir":     func(s *sandbox.Spec) { s.WorkDir = "tmp" },
		"relative source":  func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"x", "/x", true}} },
		"dots":             func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"/tmp", "/x/../usr", true}} },
		"root":             func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"/tmp", "/", true}} },
		"system":           func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"/tmp", "/usr/x", true}} },
		"devices":          func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"/tmp", "/dev", true}} },
		"nested":           func(s *sandbox.Spec) { s.Mounts = []sandbox.Mount{{"/tmp", "/x/y", true}, {"/tmp", "/x", true}} },
	} {
		spec := shell("true")
		change(&spec)
		if err := sandbox.Run(t.Context(), spec); err == nil {
			t.Errorf("%s: runs", name)
		}
	}
}

func TestCapture(t *testing.T) {
	c := &sandbox.Capture{Max: 5}
	for _, s := range []string{"ab", "cd", "ef", "gh"} {
		if n, err := c.Write([]byte(s)); n != 2 || err != nil {
			t.Errorf("write %s: %d, %v", s, n, err)
		}
	}
	if string(c.Bytes()) != "abcde" || !c.Over() {
		t.Errorf("%q, %v", c.Bytes(), c.Over())
	}
}

// TestUnavailable runs a sandbox in a sandbox, where there can be none.
func TestUnavailable(t *testing.T) {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	spec := sandbox.Spec{
		Command: []string{"/test/program"},
		Env:     []string{"SANDBOX_TEST_CALLER=true"},
		Mounts:  []sandbox.Mount{{program, "/test/program", true}},
	}
	if got := run(t, spec); !strings.HasPrefix(got.stdout, sandbox.ErrUnavailable.Error()+": ") || !strings.Contains(got.stdout, "user.max_user_namespaces") {
		t.Errorf("%+v", got)
	}
}

// TestWithoutUserNamespaces is for hosts that allow none, not even to root.
func TestWithoutUserNamespaces(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("takes root")
	}
	needSandbox(t)
	var out bytes.Buffer
	spec := shell("id -u; grep Cap /proc/self/status | sort -u -k2 | cut -f2; echo /proc/[0-9]*; cat /etc/shadow")
	spec.Stdout = &out
	err := sandbox.RunWithoutUserNamespace(t.Context(), spec)
	if _, is := errors.AsType[*sandbox.ExitError](err); !is || out.String() != "65534\n0000000000000000\n/proc/1\n" {
		t.Errorf("%s, %v", &out, err)
	}
	if text, err := os.ReadFile("/proc/sys/user/max_user_namespaces"); err != nil || string(text) == "0\n" {
		t.Errorf("the host's own bound is %s, %v", text, err)
	}
}

// TestAsAnotherUser runs the tests of this file that need no root as an ordinary user.
func TestAsAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("this is one")
	}
	needSandbox(t)
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.v", "-test.run=^(TestExitStatus|TestStreams|TestWorkDir.*|TestNoRights|TestHidden|TestNoNetwork|TestReadOnly|TestRunaways)$")
	cmd.Env = append(os.Environ(), "TMPDIR=/tmp")
	cmd.SysProcAttr = anotherUser()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "SKIP: TestExitStatus") {
		t.Skip("an ordinary user can make no namespaces here")
	}
	if !strings.Contains(string(out), "PASS: TestNoRights") {
		t.Errorf("nothing was tested:\n%s", out)
	}
}
