package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// quick has the monitor look often, and wait briefly for those that do not answer.
const quick = "run_dir: $DIR/run\nmonitor: {period: 1s, grace: 3s}\n"

// faultySite is a site on the tests' own engine.
func faultySite(t *testing.T, e *engine) *site {
	return newSite(t, "runtime: docker\ndocker: {host: \""+e.host()+"\"}\n"+
		"servers: {network: none, memory: 400MB, open_files: 1024, start_timeout: 30s, stop_grace: 3s, parallel_starts: 4}\n"+quick, tour(t))
}

// fault is what is done to a running server of a student, from outside or by themselves.
type fault struct {
	do  func(*testing.T, *victim)
	why string // for which the server ends without anybody opening it; empty: it goes on
}

// victim is a running server.
type victim struct {
	site      *site
	engine    *engine
	id        string
	container string
	pid, uid  int // of Jupyter
	socket    string
}

func newVictim(t *testing.T, s *site, e *engine, student string) *victim {
	t.Helper()
	if err := s.works(student); err != nil {
		t.Fatal(err)
	}
	v := &victim{site: s, engine: e, id: s.serverOf(student).ID}
	v.socket = filepath.Join(s.runDir(), v.id, "jupyter.sock")
	out, err := e.docker("ps", "--no-trunc", "--quiet", "--filter", "label=nbhosting.server="+v.id).Output()
	if err != nil {
		t.Fatal(err)
	}
	v.container = strings.TrimSpace(string(out))
	if out, err = e.docker("inspect", "--format", "{{.State.Pid}}", v.container).Output(); err != nil {
		t.Fatal(err)
	}
	if v.pid, err = strconv.Atoi(strings.TrimSpace(string(out))); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(v.socket)
	if err != nil {
		t.Fatal(err)
	}
	v.uid = int(info.Sys().(*syscall.Stat_t).Uid)
	return v
}

func (v *victim) docker(t *testing.T, args ...string) {
	t.Helper()
	if out, err := v.engine.docker(append(args, v.container)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// exec runs a program in the server's container, as its student. How it ends does not matter.
func (v *victim) exec(args ...string) {
	_ = v.engine.docker(append([]string{"exec", "--user", strconv.Itoa(v.uid), v.container}, args...)...).Run()
}

// replace puts something else in the place of the server's socket, as the student can.
func (v *victim) replace(t *testing.T, put func(path string) error) {
	t.Helper()
	if err := os.Remove(v.socket); err != nil {
		t.Fatal(err)
	}
	if err := put(v.socket); err != nil {
		t.Fatal(err)
	}
	if err := os.Lchown(v.socket, v.uid, v.uid); err != nil {
		t.Fatal(err)
	}
}

var faults = map[string]fault{
	"killed":  {func(t *testing.T, v *victim) { v.docker(t, "kill") }, "gone"},
	"removed": {func(t *testing.T, v *victim) { v.docker(t, "rm", "--force") }, "gone"},
	"paused":  {func(t *testing.T, v *victim) { v.docker(t, "pause") }, "paused"},
	"out of memory": {func(t *testing.T, v *victim) {
		// By itself the kernel takes who needs most, which is a student's program.
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", v.pid), []byte("1000"), 0); err != nil {
			t.Fatal(err)
		}
		v.exec("python3", "-c", "x = bytearray(2 * 10**9)")
	}, "out-of-memory"},
	"a program that needs too much memory": {func(_ *testing.T, v *victim) { v.exec("python3", "-c", "x = bytearray(2 * 10**9)") }, ""},
	"hangs": {func(_ *testing.T, v *victim) {
		// The first process of a container is Jupyter, or an init whose child Jupyter is.
		_ = syscall.Kill(v.pid, syscall.SIGSTOP)
		v.exec("python3", "-c", "import os, signal; os.kill(-1, signal.SIGSTOP)")
	}, "unreachable"},
	"no file descriptors": {occupy, "unreachable"},
	"a program that eats file descriptors": {func(_ *testing.T, v *victim) {
		v.exec("python3", "-c", "f = [open('/dev/null')]\ntry:\n  while True: f.append(open('/dev/null'))\nexcept OSError: print(len(f))")
	}, ""},
	"answers 500": {func(t *testing.T, v *victim) {
		v.replace(t, func(path string) error { return answer500(t, path) })
	}, "unreachable"},
	"socket removed": {func(_ *testing.T, v *victim) { os.Remove(v.socket) }, "unreachable"},
	"a link to a socket": {func(t *testing.T, v *victim) {
		v.replace(t, func(path string) error { return os.Symlink("/var/run/docker.sock", path) })
	}, "unreachable"},
	"a pipe for a socket": {func(t *testing.T, v *victim) {
		v.replace(t, func(path string) error { return unix.Mkfifo(path, 0o777) })
	}, "unreachable"},
	"a flood of output": {flood, ""},
}

// answer500 serves nothing but failures on a new socket.
func answer500(t *testing.T, path string) error {
	// By a short name: there is little room for one in the address of a socket.
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	listener, err := net.Listen("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)))
	if err != nil {
		return err
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "it is broken", http.StatusInternalServerError)
	}))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return nil
}

// occupy connects to a server and says nothing, until it can have no more files open.
func occupy(t *testing.T, v *victim) {
	dir, err := os.Open(filepath.Dir(v.socket))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	path := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(v.socket))
	var since time.Time // of the first of those that were refused without a break
	for range 3000 {    // it may have some thousand; then those that wait to be taken fill up
		conn, err := net.DialTimeout("unix", path, time.Second)
		switch {
		case err == nil:
			since = time.Time{}
			t.Cleanup(func() { conn.Close() })
		case since.IsZero():
			since = time.Now()
		case time.Since(since) > 2*time.Second:
			return
		default:
			time.Sleep(10 * time.Millisecond) // it is slower than we are
		}
	}
	t.Error("it takes connections without end")
}

// flood prints more than is kept.
func flood(t *testing.T, v *victim) {
	out, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/1", v.pid), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for line := range 300_000 {
		if _, err := fmt.Fprintf(out, "line %d of a flood of lines\n", line); err != nil {
			t.Fatal(err)
		}
	}
	files, err := v.engine.logFiles(v.container)
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	if size < 500_000 || size > 3_000_000 {
		t.Errorf("%d bytes are kept of the output, in %v", size, files)
	}
}

// TestFaultsOfServers does to servers what can happen to them. Each either goes on, or
// ends for the reason that is in the log; then its student opens the notebook again, and works.
func TestFaultsOfServers(t *testing.T) {
	e := needEngine(t)
	s := faultySite(t, e)
	t.Run("all", func(t *testing.T) {
		for name, f := range faults {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				student := strings.ReplaceAll(name, " ", "-")
				v := newVictim(t, s, e, student)
				f.do(t, v)
				if f.why == "" {
					if err := s.works(student); err != nil || s.serverOf(student).ID != v.id {
						t.Errorf("it does not go on: %v, server %v", err, s.serverOf(student))
					}
					return
				}
				await(t, "it ends: "+f.why, func() bool { return s.whyEnded(v.id, f.why) })
				await(t, "its student works again", func() bool { return s.works(student) == nil })
			})
		}
	})
	s.awaitAgreement(func() ([]string, error) { return e.listed() })
}

// await is eventually of a test that runs beside others.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * patience); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// TestAnEngineThatIsKilled crashes the engine: servers go on without it, until the next one ends them.
func TestAnEngineThatIsKilled(t *testing.T) {
	e := needEngine(t)
	s := faultySite(t, e)
	before := newVictim(t, s, e, "alice")
	e.kill()
	t.Cleanup(func() { bringBack(t, e) })
	if err := s.works("alice"); err != nil || s.serverOf("alice").ID != before.id {
		t.Errorf("without an engine: %v", err)
	}
	if _, err := s.tryOpen("w1/intro", "bob"); err == nil || !strings.Contains(err.Error(), "does not answer at the moment") {
		t.Errorf("a new server without an engine: %v", err)
	}
	bringBack(t, e)
	s.eventually("alice and bob work", func() bool { return s.works("alice") == nil && s.works("bob") == nil })
	s.awaitAgreement(e.listed)
}

// bringBack starts the engine, unless it runs.
func bringBack(t *testing.T, e *engine) {
	t.Helper()
	if e.cmd != nil {
		return
	}
	if err := e.start(); err != nil {
		t.Error(err)
	}
}

// TestAnEngineThatHangs stops the engine, so that it takes calls and answers none.
func TestAnEngineThatHangs(t *testing.T) {
	e := needEngine(t)
	s := faultySite(t, e)
	before := newVictim(t, s, e, "alice")
	e.signal(syscall.SIGSTOP)
	t.Cleanup(func() { e.signal(syscall.SIGCONT) })
	if err := s.works("alice"); err != nil || s.serverOf("alice").ID != before.id {
		t.Errorf("a server that runs: %v", err)
	}
	for _, student := range []string{"bob", "carol", "dave"} {
		if _, err := s.tryOpen("w1/intro", student); err == nil || !strings.Contains(err.Error(), "does not answer at the moment") {
			t.Errorf("a new server: %v", err)
		}
	}
	if all := s.servers(); len(all) != 1 || all[0].ID != before.id || all[0].State != "ready" {
		t.Errorf("there are %v", all)
	}
	e.signal(syscall.SIGCONT)
	s.eventually("bob works", func() bool { return s.works("bob") == nil })
	if s.serverOf("alice").ID != before.id {
		t.Error("alice's server did not survive")
	}
	s.awaitAgreement(e.listed)
}

// TestTheHostRestarts loses all that does not survive it: what runs, and what is in RUN_DIR.
func TestTheHostRestarts(t *testing.T) {
	e := needEngine(t)
	s := faultySite(t, e)
	for _, student := range []string{"alice", "bob"} {
		if err := s.works(student); err != nil {
			t.Fatal(err)
		}
	}
	s.kill()
	e.wipe()
	os.RemoveAll(filepath.Join(s.dir, "run"))
	t.Cleanup(func() { bringBack(t, e) })
	s.serve() // before the engine is there
	if _, err := s.tryOpen("w1/intro", "alice"); err == nil || !strings.Contains(err.Error(), "does not answer at the moment") {
		t.Errorf("before the engine is there: %v", err)
	}
	bringBack(t, e)
	s.eventually("alice and bob work", func() bool { return s.works("alice") == nil && s.works("bob") == nil })
	s.awaitAgreement(e.listed)
}
