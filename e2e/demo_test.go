package e2e_test

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/demo"
)

var linkToClick = regexp.MustCompile(`http://\S+/notebookLazyCopy/\S+`)

// TestDemo does what "make demo" does, twice in one directory, and stops it as
// Ctrl-C does, which reaches every process of the terminal.
func TestDemo(t *testing.T) {
	dir, err := os.MkdirTemp("", "nbhosting-demo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s := &site{t: t, dir: dir, log: &logBuffer{}}
		s.cmd = exec.Command(binary, "demo", "--dir", dir, "--listen", "127.0.0.1:0", "--runtime", "process", "--bin-dir", pythonBin(t))
		s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
		if err := s.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var link string
		s.eventually("it prints what to click", func() bool {
			link = linkToClick.FindString(s.log.String())
			return link != "" && strings.Contains(s.log.String(), "Ctrl-C")
		})
		if resp, body := s.get(link); resp.StatusCode != http.StatusFound {
			t.Errorf("%s: %s\n%s", link, resp.Status, body)
		}
		s.stop()
		if left, _ := exec.Command("pgrep", "--full", dir).Output(); len(left) > 0 {
			t.Errorf("processes are left: %s", left)
		}
	}
}

func demoFiles(t *testing.T) map[string]string {
	t.Helper()
	course, err := demo.Course()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	err = fs.WalkDir(course, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(course, path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
