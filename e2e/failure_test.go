package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// fakeBin returns a directory with a python3 that is a shell script, and a
// function that puts the one with Jupyter in its place.
func fakeBin(t *testing.T, script string) (dir string, mend func()) {
	t.Helper()
	real := filepath.Join(pythonBin(t), "python3")
	dir, err := os.MkdirTemp("", "nbhosting-bin")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "python3")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, func() {
		if err := os.WriteFile(program, []byte("#!/bin/sh\nexec "+real+" \"$@\"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAJupyterThatNeverAnswers is told to the student, who tries again.
func TestAJupyterThatNeverAnswers(t *testing.T) {
	bin, mend := fakeBin(t, "exec sleep 1000")
	s := newSite(t, "runtime: process\nprocess: {bin_dir: "+bin+"}\nservers: {start_timeout: 3s}\n", tour(t))
	window := newBrowser(t)
	see(t, window, "the failure and its cause", show(s.launch("w1/intro", "alice")),
		until(`!document.getElementById('failure').hidden && document.getElementById('cause').innerText.includes('did not answer')`))
	if left := s.servers(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	s.stop()
	mend()
	text, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.config, []byte(strings.Replace(string(text), "start_timeout: 3s", "start_timeout: 2m", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	s.serve()
	see(t, window, "open it now", show(s.launch("w1/intro", "alice")), until(kernelIdle))
}

func TestAJupyterThatEndsAtOnceIsTriedAgain(t *testing.T) {
	bin, mend := fakeBin(t, "echo ModuleNotFoundError: jupyterlab; exit 3")
	s := newSite(t, "runtime: process\nprocess: {bin_dir: "+bin+"}\n", tour(t))
	window := newBrowser(t)
	see(t, window, "the failure", show(s.launch("w1/intro", "alice")),
		until(`!document.getElementById('failure').hidden && document.getElementById('cause').innerText.includes('stopped while it was starting')`))
	if !strings.Contains(s.log.String(), "ModuleNotFoundError") {
		t.Error("the cause is not in the log")
	}
	mend()
	see(t, window, "try again", chromedp.Click(chromedp.CSS("button")), until(kernelIdle))
}

func TestAnEngineThatIsDown(t *testing.T) {
	s := newSite(t, "runtime: docker\ndocker: {host: \"unix:///nowhere/engine.sock\"}\n", tour(t))
	resp, body := s.get(s.launch("w1/intro", "alice"))
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "does not answer") || strings.Contains(body, "engine.sock") {
		t.Errorf("got %s\n%s", resp.Status, body)
	}
	if out, err := s.command("server", "list"); err == nil || !strings.Contains(out, "does not answer") {
		t.Errorf("server list: %v\n%s", err, out)
	}
}

func TestAnImageThatIsMissing(t *testing.T) {
	s := newSite(t, runtimes["docker"](t), tour(t))
	s.run("course", "create", "other", s.repo(), "--image", "nbhosting/not-there")
	resp, body := s.get(strings.Replace(s.launch("w1/intro", "alice"), "/tour/", "/other/", 1))
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "nbhosting/not-there") {
		t.Errorf("got %s\n%s", resp.Status, body)
	}
	if left := s.servers(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestOneOwner starts a second program on the same data.
func TestOneOwner(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	if out, err := s.command("serve", "--listen", "127.0.0.1:0"); err == nil || !strings.Contains(out, "another nbhosting") {
		t.Errorf("got %v\n%s", err, out)
	}
}
