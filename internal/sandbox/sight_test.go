package sandbox_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/sandbox"
)

func anotherUser() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54321}}
}

// TestMain lets this executable be the program in the sandbox, too.
func TestMain(m *testing.M) {
	if target := os.Getenv("SANDBOX_TEST_DIAL"); target != "" {
		dial(target)
		return
	}
	if script := os.Getenv("SANDBOX_TEST_CALLER"); script != "" {
		spec := shell(script)
		spec.Limits.CPUTime = 0
		fmt.Println(sandbox.Run(context.Background(), spec))
		return
	}
	os.Exit(m.Run())
}

// dial tells which of some ways into the network are open.
func dial(target string) {
	if c, err := net.Dial("tcp", target); err == nil {
		fmt.Println("connected to", target)
		c.Close()
	}
	if c, err := net.Dial("unix", "@nbhosting-sandbox-test"); err == nil {
		fmt.Println("connected to an abstract socket")
		c.Close()
	}
	if names, err := net.LookupHost("example.org"); err == nil {
		fmt.Println("looked up", names)
	}
	if interfaces, err := net.Interfaces(); err != nil || len(interfaces) != 1 || interfaces[0].Flags&net.FlagUp != 0 {
		fmt.Println("interfaces", interfaces, err)
	}
	fmt.Println("tried")
}

func TestNoNetwork(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	if os.Geteuid() == 0 {
		abstract, err := net.Listen("unix", "@nbhosting-sandbox-test")
		if err != nil {
			t.Fatal(err)
		}
		defer abstract.Close()
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("the test is not to be read by this user")
	}
	wantOutput(t, sandbox.Spec{
		Command: []string{"/test/program"},
		Env:     []string{"SANDBOX_TEST_DIAL=" + tcp.Addr().String()},
		Mounts:  []sandbox.Mount{{program, "/test/program", true}},
	}, "tried\n")
}

// TestHidden looks for what a program must not see, and which is there for us.
func TestHidden(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o644); err != nil {
		t.Fatal(err)
	}
	us := "/proc/" + strconv.Itoa(os.Getpid())
	for _, path := range []string{secret, us, here, "/etc/shadow", "/etc/passwd", "/root", "/home", "/var", "/sys", "/run"} {
		if _, err := os.Lstat(path); err == nil {
			wantOutput(t, shell(`test -e "$1" || echo absent`, path), "absent\n")
		}
	}
	wantOutput(t, shell("echo /proc/[0-9]* /tmp/* /etc/*"), "/proc/1 /tmp/* "+etc()+"\n")
	wantOutput(t, shell("echo /dev/*"), "/dev/fd /dev/full /dev/null /dev/random /dev/shm /dev/stderr /dev/stdin /dev/stdout /dev/urandom /dev/zero\n")
	wantOutput(t, shell("head -c 3 /dev/zero | wc -c; echo x >/dev/null"), "3\n")
}

// etc is what a program sees of the host's settings.
func etc() string {
	var found []string
	for _, file := range []string{"/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"} {
		if _, err := os.Stat(file); err == nil {
			found = append(found, file)
		}
	}
	return strings.Join(found, " ")
}

// TestReadOnly tries to write wherever that must not be possible.
func TestReadOnly(t *testing.T) {
	for name, script := range map[string]string{
		"usr":     "echo x >/usr/nbhosting-sandbox-test",
		"root":    "echo x >/nbhosting-sandbox-test",
		"etc":     "echo x >/etc/nbhosting-sandbox-test",
		"dev":     "echo x >/dev/nbhosting-sandbox-test",
		"remount": "mount -o remount,rw /usr",
		"mount":   "mount -t tmpfs x /tmp",
		"sysctl":  "echo 1 >/proc/sys/kernel/panic",
		"device":  "mknod /tmp/x b 7 0",
	} {
		if got := run(t, shell(script)); got.err == nil {
			t.Errorf("%s: %q succeeds", name, script)
		}
	}
	if _, err := os.Lstat("/usr/nbhosting-sandbox-test"); err == nil {
		t.Error("the host has been written to")
	}
	wantOutput(t, shell("echo x >/tmp/x && cat /tmp/x"), "x\n")
}

func TestMounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the directories are to belong to others")
	}
	shown, kept := t.TempDir(), t.TempDir()
	for _, dir := range []string{shown, kept} {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "file"), []byte("text\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	spec := shell("cat /a/shown/file; echo new >/b/kept/new; echo x 2>/dev/null >/a/shown/file || echo refused; echo x 2>/dev/null >/a/shown/x || echo refused; cat /one")
	spec.Mounts = []sandbox.Mount{
		{shown, "/a/shown", true},
		{kept, "/b/kept", false},
		{filepath.Join(shown, "file"), "/one", true},
	}
	wantOutput(t, spec, "text\nrefused\nrefused\ntext\n")
	info, err := os.Stat(filepath.Join(kept, "new"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); owner.Uid != sandbox.Nobody || owner.Gid != sandbox.Nobody {
		t.Errorf("written as %d:%d", owner.Uid, owner.Gid)
	}
	spec.Mounts[0].Source = filepath.Join(shown, "none")
	if got := run(t, spec); got.err == nil {
		t.Error("a source that is not there is shown")
	}
}

// TestMountsThatComeAlong shows that what is mounted in a read-only mount is read-only too.
func TestMountsThatComeAlong(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounts take root")
	}
	dir := t.TempDir()
	inner := filepath.Join(dir, "inner dir")
	if err := os.Mkdir(inner, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", inner, "tmpfs", unix.MS_NOEXEC, "mode=0777"); err != nil {
		t.Skip(err)
	}
	defer unix.Unmount(inner, 0)
	spec := shell("cd /a/inner*; pwd; echo x 2>/dev/null >x || echo refused")
	spec.Mounts = []sandbox.Mount{{dir, "/a", true}}
	wantOutput(t, spec, "/a/inner dir\nrefused\n")
	spec.Mounts[0].ReadOnly = false
	wantOutput(t, spec, "/a/inner dir\n")
}

func TestNoRights(t *testing.T) {
	got := run(t, shell(`while read key value; do case $key in
Uid:|Gid:|Groups:|Cap*|NoNewPrivs:) echo $key $value;; esac; done </proc/self/status`))
	want := fmt.Sprintf("Uid: %[1]d %[1]d %[1]d %[1]d\nGid: %[1]d %[1]d %[1]d %[1]d\nGroups:%[2]s\n", sandbox.Nobody, "")
	for _, set := range []string{"Inh", "Prm", "Eff", "Bnd", "Amb"} {
		want += "Cap" + set + ": 0000000000000000\n"
	}
	if want += "NoNewPrivs: 1\n"; got.stdout != want || got.err != nil {
		t.Errorf("%s, %v; want\n%s", got.stdout, got.err, want)
	}
	if got := run(t, shell("unshare --user true")); got.err == nil {
		t.Error("another user namespace can be made")
	}
	wantOutput(t, shell("ulimit -c; ulimit -n; ulimit -v"), fmt.Sprintf("0\n64\n%d\n", 256<<10))
}

func TestSharedMemoryIsNone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the limits are root's to set")
	}
	if got := run(t, shell("ipcmk --shmem 100000")); got.err == nil {
		t.Errorf("memory that is no process's: %s", got.stdout)
	}
}
