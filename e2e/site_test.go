package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// patience bounds every wait for something that must happen. Machines that run tests may be busy.
const patience = 3 * time.Minute

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		syscall.Umask(0o022)
		dir, err := os.MkdirTemp("", "nbhosting-e2e")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "nbhosting")
		if out, err := exec.Command("go", "build", "-o", binary, "../cmd/nbhosting").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 1
		}
		defer func() {
			if ownEngine != nil {
				ownEngine.remove()
			}
		}()
		return m.Run()
	}())
}

// lacking skips a test for want of something, or fails it where everything must be there.
func lacking(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("NBHOSTING_TEST") == "require" {
		t.Fatalf("%s: %v", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// runtimes are what servers are tested on: the lines of a configuration file.
var runtimes = map[string]func(*testing.T) string{
	"docker": func(t *testing.T) string {
		needImage(t, "")
		return "runtime: docker\n"
	},
	"process": func(t *testing.T) string {
		return "runtime: process\nprocess: {bin_dir: " + pythonBin(t) + "}\n"
	},
}

const testImage = "nbhosting/minimal-notebook"

func needImage(t *testing.T, host string) {
	t.Helper()
	d, err := docker.New(docker.Options{Host: host, Site: "e2e"})
	if err != nil {
		lacking(t, "container engine", err)
	}
	defer d.Close()
	if ok, err := d.ImageExists(t.Context(), testImage); err != nil || !ok {
		lacking(t, "image "+testImage, fmt.Errorf("there: %t, error: %w", ok, err))
	}
}

// pythonBin returns the directory of the jupyter programs of this host.
func pythonBin(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	if _, err := os.Stat(filepath.Join(dir, "jupyter-lab")); err != nil || dir == "" {
		lacking(t, "a Python environment with Jupyter (NBHOSTING_TEST_PYTHON_BIN)", err)
	}
	return dir
}

// site is one running nbhosting with its own data directory.
type site struct {
	t      *testing.T
	dir    string
	url    string
	config string
	listen string
	cmd    *exec.Cmd
	log    *logBuffer
}

// newSite makes a site with the course "tour" from the given files, and serves it.
// more is added to its configuration; $DIR in it is the site's directory.
func newSite(t *testing.T, more string, course map[string]string) *site {
	t.Helper()
	// Not t.TempDir(): students' user ids must be able to enter.
	dir, err := os.MkdirTemp("", "nbhosting-site")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: dir, config: filepath.Join(dir, "nbhosting.yaml"), listen: "127.0.0.1:0", log: &logBuffer{}}
	more = strings.ReplaceAll(more, "$DIR", dir)
	text := fmt.Sprintf("root: %s\nlog: {level: debug}\naccess: {allowed_addresses: [127.0.0.1], allowed_referer_domains: [localhost]}\n%s", s.root(), more)
	if !strings.Contains(more, "docker:") {
		text += "docker: {name_prefix: " + filepath.Base(dir) + "-}\n"
	}
	if err := os.WriteFile(s.config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s.writeCourse(course)
	s.run("course", "create", "tour", s.repo(), "--image", testImage)
	s.serve()
	t.Cleanup(s.remove)
	return s
}

func (s *site) root() string { return filepath.Join(s.dir, "root") }
func (s *site) repo() string { return filepath.Join(s.dir, "repo") }

func (s *site) workspace(student, file string) string {
	return filepath.Join(s.root(), "students", student, "tour", file)
}

// writeCourse commits files to the course's repository.
func (s *site) writeCourse(files map[string]string) {
	s.t.Helper()
	for name, text := range files {
		path := filepath.Join(s.repo(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := (git.Runner{}).Snapshot(s.t.Context(), s.repo(), "course"); err != nil {
		s.t.Fatal(err)
	}
}

// command runs the program to its end and returns what it printed.
func (s *site) command(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, append([]string{"--config", s.config}, args...)...).CombinedOutput()
	return string(out), err
}

// run is a command that must succeed.
func (s *site) run(args ...string) string {
	s.t.Helper()
	out, err := s.command(args...)
	if err != nil {
		s.t.Fatalf("nbhosting %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

var servingOn = regexp.MustCompile(`msg=serving on=(\S+)`)

// serve starts the program and waits until it serves. The same address is used again.
func (s *site) serve() {
	s.t.Helper()
	s.cmd = exec.Command(binary, "--config", s.config, "serve", "--listen", s.listen)
	s.cmd.Stderr = s.log
	s.cmd.Stdout = s.log
	from := s.log.Len()
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.eventually("it serves", func() bool {
		m := servingOn.FindStringSubmatch(s.log.String()[from:])
		if m != nil {
			s.listen, s.url = m[1], "http://"+m[1]
		}
		return m != nil
	})
}

var servingAs = regexp.MustCompile(`msg=serving .* pid=(\d+)`)

// pid is the process that serves, which may have taken the place of others.
func (s *site) pid() int {
	s.t.Helper()
	all := servingAs.FindAllStringSubmatch(s.log.String(), -1)
	if all == nil {
		return s.cmd.Process.Pid // it does not say
	}
	pid, err := strconv.Atoi(all[len(all)-1][1])
	if err != nil {
		s.t.Fatal(err)
	}
	return pid
}

// signal sends a signal to the program that serves. What started it waits for the last of those that replaced one another.
func (s *site) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(s.pid(), sig); err != nil {
		s.t.Fatal(err)
	}
}

// replace has the program replaced by the one that is there now.
func (s *site) replace() {
	s.t.Helper()
	s.t.Log(strings.TrimSpace(s.run("restart")))
}

// kill ends the program as a power cut would.
func (s *site) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	_ = s.cmd.Wait() // it was killed
	s.cmd = nil
}

// stop ends the program as Ctrl-C does.
func (s *site) stop() {
	s.t.Helper()
	s.signal(syscall.SIGINT)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("serve ended: %v\n%s", err, s.log)
	}
	s.cmd = nil
}

func (s *site) remove() {
	if s.cmd == nil {
		s.serve()
	}
	var lines []serverLine
	if out, err := s.command("server", "list", "--json"); err == nil && json.Unmarshal([]byte(out), &lines) == nil {
		for _, server := range lines {
			if out, err := s.command("server", "stop", server.Course, server.Student); err != nil {
				s.t.Errorf("stop the server of %s: %v\n%s", server.Student, err, out)
			}
		}
	}
	s.stop()
	if s.t.Failed() {
		s.t.Logf("the log of the site:\n%s", s.log)
	}
	_ = syscall.Unmount(s.root(), syscall.MNT_FORCE) // if a test has mounted something there
	os.RemoveAll(s.dir)
}

// serverLine is a line of "server list --json".
type serverLine struct{ ID, Course, Student, State string }

func (s *site) servers() []serverLine {
	s.t.Helper()
	var lines []serverLine
	if err := json.Unmarshal([]byte(s.run("server", "list", "--json")), &lines); err != nil {
		s.t.Fatal(err)
	}
	return lines
}

// eventually waits for a condition.
func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("in vain: %s\n%s", what, s.log)
		}
	}
}

// launch returns the URL that opens a notebook.
func (s *site) launch(notebook, student string) string {
	return s.url + nbhosting.Launch{Course: "tour", Notebook: notebook, Student: nbhosting.Student(student)}.Path()
}

// get fetches a URL as a program does, without following redirects.
func (s *site) get(url string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return s.do(req)
}

func (s *site) do(req *http.Request) (*http.Response, string) {
	s.t.Helper()
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(body)
}

// open opens a notebook as a program does, and returns the URL that it leads to.
func (s *site) open(notebook, student string) string {
	s.t.Helper()
	resp, body := s.get(s.launch(notebook, student))
	if resp.StatusCode != http.StatusFound {
		s.t.Fatalf("opening %s as %s: %s\n%s", notebook, student, resp.Status, body)
	}
	return s.url + resp.Header.Get("Location")
}

// base returns the part of a server's URL that all of its URLs begin with.
func (s *site) base(url string) string {
	id, secret, _, ok := nbhosting.SplitServerPath(strings.TrimPrefix(url, s.url))
	if !ok {
		s.t.Fatalf("not a server's URL: %s", url)
	}
	return s.url + nbhosting.Server{ID: id, Secret: secret}.BasePath()
}

// logBuffer collects what the program prints.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logBuffer) Len() int { return len(l.String()) }

// events returns the lines of events.raw.
func (s *site) events() []string {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.root(), "raw", "tour", "events.raw"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	var lines []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	return lines
}

// owner returns whose a file is.
func owner(info os.FileInfo) (uid, gid int) {
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid)
}
