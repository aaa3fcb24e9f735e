package e2e_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// engine is a container engine of the tests' own, to be killed and stopped: the
// machine's has others' containers. It has no network, and changes nothing outside of its directory.
type engine struct {
	dir string
	cmd *exec.Cmd
}

var (
	ownEngine     *engine
	ownEngineErr  error
	ownEngineOnce sync.Once
)

// needEngine returns the tests' own engine, which has the image of the tests and runs.
func needEngine(t *testing.T) *engine {
	t.Helper()
	needImage(t, "")
	ownEngineOnce.Do(func() { ownEngine, ownEngineErr = newEngine() })
	if ownEngineErr != nil {
		lacking(t, "a container engine of the tests' own", ownEngineErr)
	}
	return ownEngine
}

func newEngine() (*engine, error) {
	if os.Getuid() != 0 {
		return nil, errors.New("only root can start one")
	}
	dir, err := os.MkdirTemp("", "nbhosting-engine")
	if err != nil {
		return nil, err
	}
	e := &engine{dir: dir}
	if err := e.start(); err != nil {
		e.remove()
		return nil, err
	}
	save, load := exec.Command("docker", "save", testImage), e.docker("load")
	if load.Stdin, err = save.StdoutPipe(); err != nil {
		e.remove()
		return nil, err
	}
	if err := errors.Join(load.Start(), save.Run(), load.Wait()); err != nil {
		e.remove()
		return nil, err
	}
	return e, nil
}

func (e *engine) host() string { return "unix://" + e.dir + "/engine.sock" }

func (e *engine) docker(args ...string) *exec.Cmd {
	return exec.Command("docker", append([]string{"--host", e.host()}, args...)...)
}

// start starts the engine and waits until it answers.
func (e *engine) start() error {
	log, err := os.OpenFile(filepath.Join(e.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	for _, of := range []string{"pid", "exec/containerd/containerd.pid"} {
		os.Remove(filepath.Join(e.dir, of)) // of one that was killed: it may be a zombie that nobody waits for
	}
	e.cmd = exec.Command("dockerd", "--data-root", e.dir+"/data", "--exec-root", e.dir+"/exec", "--pidfile", e.dir+"/pid",
		"--host", e.host(), "--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false")
	e.cmd.Stdout, e.cmd.Stderr = log, log
	// In a network of its own: an engine without a bridge removes that of the machine's engine.
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM, Cloneflags: syscall.CLONE_NEWNET}
	if err := startWithThread(e.cmd); err != nil {
		e.cmd = nil
		return err
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if e.docker("version").Run() == nil {
			return nil
		}
	}
	text, _ := os.ReadFile(log.Name())
	return errors.New("it does not answer: " + string(text))
}

// startWithThread starts a program on a thread that lasts as long as the tests do:
// the kernel signals the program when the thread that started it ends, not when the tests do.
func startWithThread(cmd *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}

// kill ends the engine as a crash would: what it runs goes on, until the next one ends it.
func (e *engine) kill() {
	if e.cmd == nil {
		return
	}
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait() // it was killed
	e.cmd = nil
	e.endProcesses("\x00--config\x00") // its child containerd, if the kernel has not ended it
}

// signal stops the engine, or lets it go on.
func (e *engine) signal(sig syscall.Signal) { _ = e.cmd.Process.Signal(sig) }

// wipe ends all that runs and drops all that the engine knows of it, as when the host restarts.
func (e *engine) wipe() {
	e.kill()
	e.endProcesses("")
	e.unmount()
	for _, path := range []string{"exec", "data/containers", "data/containerd", "data/network"} {
		os.RemoveAll(filepath.Join(e.dir, path))
	}
}

// remove leaves nothing of the engine.
func (e *engine) remove() {
	e.kill()
	e.endProcesses("")
	e.unmount()
	os.RemoveAll(e.dir)
}

// endProcesses kills the processes of this engine: those that its directory is
// named to, and their children, of which containers are made.
func (e *engine) endProcesses(which string) {
	for range 50 {
		pids := e.processes(which)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (e *engine) processes(which string) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	parents := map[int]int{}
	mine := map[int]bool{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		stat, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[0] != "Z" {
			parents[pid], _ = strconv.Atoi(fields[1])
			mine[pid] = strings.Contains(string(line), e.dir) && strings.Contains(string(line), which) && isEngine(string(line))
		}
	}
	for grown := true; grown && which == ""; {
		grown = false
		for pid, parent := range parents {
			if !mine[pid] && mine[parent] {
				mine[pid], grown = true, true
			}
		}
	}
	for pid, is := range mine {
		if is && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isEngine tells whether a command line is that of a program of an engine.
func isEngine(line string) bool {
	program, _, _ := strings.Cut(line, "\x00")
	switch filepath.Base(program) {
	case "dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2", "docker-proxy":
		return true
	}
	return false
}

// unmount undoes what engines mount and leave when they are killed.
func (e *engine) unmount() {
	text, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return
	}
	lines := strings.Split(string(text), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if fields := strings.Fields(lines[i]); len(fields) > 1 && strings.HasPrefix(fields[1], e.dir+"/") {
			_ = unix.Unmount(fields[1], unix.MNT_DETACH)
		}
	}
}

// listed returns the ids of the servers that the engine has, running or ended.
func (e *engine) listed() ([]string, error) {
	out, err := e.docker("ps", "--all", "--format", `{{.Label "nbhosting.server"}}`).Output()
	return strings.Fields(string(out)), err
}

// logFiles returns the files in which the engine keeps the output of a container.
func (e *engine) logFiles(id string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(e.dir, "data", "containers", id+"*", "*-json.log*"))
	if err == nil && len(files) == 0 {
		err = fs.ErrNotExist
	}
	return files, err
}
