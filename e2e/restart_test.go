package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestTheProgramIsReplacedWhileAClassWorks replaces the program while a browser
// has a notebook open, hundreds of websockets are, and requests and saves come without a pause.
func TestTheProgramIsReplacedWhileAClassWorks(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	window := newBrowser(t)
	see(t, window, "open the notebook", show(s.launch("w1/intro", "alice")), until(kernelIdle))
	runCell(t, window, 0, "")
	base := s.base(s.open("w1/intro", "alice"))
	kernel := onlyKernel(t, s, base)
	ends := openWebsockets(t, base, kernel, 200)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var working sync.WaitGroup
	var longest atomic.Int64
	var asked, saved atomic.Int64
	for i := range 8 {
		c := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
		working.Go(func() { keepAsking(ctx, t, c, base+"api/status", &asked, &longest) })
	}
	for i := range 4 {
		working.Go(func() { keepSaving(ctx, t, s, base, fmt.Sprintf("saved-%d.txt", i), &saved) })
	}
	for range 3 {
		a, b := asked.Load(), saved.Load()
		pid := s.pid()
		s.replace()
		if s.pid() == pid {
			t.Error("it is the same program")
		}
		s.eventually("requests and saves go on", func() bool { return asked.Load() > a+20 && saved.Load() > b+4 })
	}
	stop()
	working.Wait()
	for code := range ends {
		if code != websocket.StatusServiceRestart {
			t.Errorf("a websocket ended with %d", code)
		}
	}
	t.Logf("%d requests and %d saves, none refused; the longest took %s", asked.Load(), saved.Load(), time.Duration(longest.Load()).Round(time.Millisecond))

	if now := onlyKernel(t, s, base); now != kernel {
		t.Errorf("the kernel is %s, was %s", now, kernel)
	}
	// Where a websocket was closed again before Jupyter had told the page of the
	// kernel, the page says that it does not know its state until a cell is run.
	runCellNow(t, window, 1, "PLUMAGE") // what the first cell has left in the kernel
}

// onlyKernel returns the id of the one kernel of a server.
func onlyKernel(t *testing.T, s *site, base string) string {
	t.Helper()
	_, body := s.get(base + "api/kernels")
	var kernels []struct{ ID string }
	if err := json.Unmarshal([]byte(body), &kernels); err != nil || len(kernels) != 1 {
		t.Fatalf("kernels: %s, %v", body, err)
	}
	return kernels[0].ID
}

// openWebsockets opens n websockets to a kernel; the channel tells how each ends, and is closed after the last.
func openWebsockets(t *testing.T, base, kernel string, n int) <-chan websocket.StatusCode {
	t.Helper()
	ends := make(chan websocket.StatusCode, n)
	var open sync.WaitGroup
	for range n {
		c, _, err := websocket.Dial(t.Context(), strings.Replace(base, "http:", "ws:", 1)+"api/kernels/"+kernel+"/channels", nil)
		if err != nil {
			t.Fatal(err)
		}
		c.SetReadLimit(-1)
		open.Go(func() {
			for {
				if _, _, err := c.Read(t.Context()); err != nil {
					ends <- websocket.CloseStatus(err)
					return
				}
			}
		})
	}
	go func() { open.Wait(); close(ends) }()
	return ends
}

// keepAsking asks without a pause; whatever is not answered well is an error.
func keepAsking(ctx context.Context, t *testing.T, c *http.Client, url string, asked, longest *atomic.Int64) {
	for ctx.Err() == nil {
		begun := time.Now()
		resp, err := c.Get(url)
		if err != nil {
			t.Errorf("refused: %v", err)
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("answered %s, %v", resp.Status, err)
		}
		asked.Add(1)
		for took := int64(time.Since(begun)); ; {
			if now := longest.Load(); took <= now || longest.CompareAndSwap(now, took) {
				break
			}
		}
	}
}

// keepSaving saves a file again and again, each time with other content, and looks
// whether what was said to be saved is. Its requests cannot be sent twice.
func keepSaving(ctx context.Context, t *testing.T, s *site, base, name string, saved *atomic.Int64) {
	c := &http.Client{Transport: &http.Transport{}}
	for i := 0; ctx.Err() == nil; i++ {
		text := strings.Repeat(fmt.Sprintf("%s %d ", name, i), 2000)
		body, err := json.Marshal(map[string]string{"type": "file", "format": "text", "content": text})
		if err != nil {
			t.Error(err)
			return
		}
		req, err := http.NewRequest(http.MethodPut, base+"api/contents/"+name, io.NopCloser(bytes.NewReader(body)))
		if err != nil {
			t.Error(err)
			return
		}
		resp, err := c.Do(req)
		if err != nil {
			t.Errorf("save refused: %v", err)
			return
		}
		resp.Body.Close()
		if resp.StatusCode >= 300 {
			t.Errorf("save answered %s", resp.Status)
		}
		if is, err := os.ReadFile(s.workspace("alice", name)); err != nil || string(is) != text {
			t.Errorf("what was saved is not there: %v", err)
		}
		saved.Add(1)
	}
}

// TestANewProgramThatIsBroken leaves the old one serving.
func TestANewProgramThatIsBroken(t *testing.T) {
	real := binary
	dir := t.TempDir()
	binary = filepath.Join(dir, "nbhosting")
	t.Cleanup(func() { binary = real })
	install(t, real, binary)
	s := newSite(t, runtimes["process"](t), tour(t))
	good, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	base := s.base(s.open("w1/intro", "alice"))
	for says, spoil := range map[string]func(){
		"could not be started":  func() { writeProgram(t, binary, "no program") },
		"ended (exit status 3)": func() { writeProgram(t, binary, "#!/bin/sh\nexit 3\n") },
		"no_such_key":           func() { os.WriteFile(s.config, append(slices.Clone(good), "\nno_such_key: 1\n"...), 0o644) },
	} {
		spoil()
		pid := s.pid()
		out := restart(t, real, s.config, string(good))
		if !strings.Contains(out, says) || !strings.Contains(out, "old one goes on") {
			t.Errorf("where it should say %q:\n%s", says, out)
		}
		if resp, _ := s.get(base + "api/status"); resp.StatusCode != http.StatusOK || s.pid() != pid {
			t.Errorf("%s: %s, process %d was %d", says, resp.Status, s.pid(), pid)
		}
		install(t, real, binary)
		if err := os.WriteFile(s.config, good, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.replace()
	if resp, _ := s.get(base + "api/status"); resp.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %s", resp.Status)
	}
}

// restart asks for a hand-over with a program that is whole, and a configuration that is.
func restart(t *testing.T, program, config, good string) string {
	t.Helper()
	own := filepath.Join(t.TempDir(), "nbhosting.yaml")
	if err := os.WriteFile(own, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "--config", own, "restart").CombinedOutput()
	if err == nil {
		t.Errorf("it was replaced: %s", out)
	}
	return string(out)
}

// install puts a program in the place of another, as package managers do.
func install(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeProgram(t, to, string(text))
}

func writeProgram(t *testing.T, to, text string) {
	t.Helper()
	if err := os.WriteFile(to+".new", []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
}

// TestASignalReplacesTheProgram and one more ends it.
func TestASignalReplacesTheProgram(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	base := s.base(s.open("w1/intro", "alice"))
	before := s.pid()
	s.signal(syscall.SIGUSR2)
	s.eventually("another program serves", func() bool { return s.pid() != before })
	s.eventually("the old one has ended", func() bool { return strings.Contains(s.log.String(), "nothing is left to do") })
	if resp, _ := s.get(base + "api/status"); resp.StatusCode != http.StatusOK {
		t.Errorf("got %s", resp.Status)
	}
}
