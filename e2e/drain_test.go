package e2e_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheNewProgramEndsWhileTheOldOneHasSomethingToDo ends the program that has taken a
// site over while the one before it still waits for somebody's upload: the site
// is free for the next one at once.
func TestTheNewProgramEndsWhileTheOldOneHasSomethingToDo(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		goesOn bool // the old one carries the upload to its end
	}{
		"stopped": {syscall.SIGTERM, true},
		"killed":  {syscall.SIGKILL, false}, // who supervises the service is to see that nobody serves any more
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, runtimes["process"](t), tour(t))
			base := s.base(s.open("w1/intro", "alice"))
			upload := beginUpload(t, base+"api/contents/slow.txt")
			defer upload.body.Close()
			s.replace()
			old, heir := s.cmd, s.pid()
			s.signal(c.signal)
			s.eventually("the new one has ended", func() bool { return syscall.Kill(heir, 0) == syscall.ESRCH })

			if out, err := s.command("server", "list"); err != nil || !strings.Contains(out, "alice") {
				t.Errorf("a command that takes hold of the site: %v\n%s", err, out)
			}
			ended := make(chan error, 1)
			go func() { ended <- old.Wait() }()
			s.serve()
			if resp, _ := s.get(base + "api/status"); resp.StatusCode != http.StatusOK {
				t.Errorf("alice's server: %s", resp.Status)
			}
			if !c.goesOn {
				select {
				case err := <-ended:
					if err == nil {
						t.Error("the old one says that all is well")
					}
				case <-time.After(patience):
					t.Error("the old one goes on waiting")
				}
				return
			}
			if got := upload.finish(); got != "201 Created" {
				t.Errorf("the upload: %s", got)
			}
			if text, err := os.ReadFile(s.workspace("alice", "slow.txt")); err != nil || string(text) != "late" {
				t.Errorf("what was uploaded: %q, %v", text, err)
			}
			if err := <-ended; err != nil {
				t.Errorf("the old one ended: %v", err)
			}
		})
	}
}

// upload is a file that is saved slowly.
type upload struct {
	body     *io.PipeWriter
	answered chan string
}

func beginUpload(t *testing.T, url string) upload {
	t.Helper()
	body, feed := io.Pipe()
	req, err := http.NewRequest(http.MethodPut, url, body)
	if err != nil {
		t.Fatal(err)
	}
	u := upload{feed, make(chan string, 1)}
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			u.answered <- err.Error()
			return
		}
		resp.Body.Close()
		u.answered <- resp.Status
	}()
	// More than is held back until there is more to send.
	if _, err := io.WriteString(feed, `{"type": "file", "format": "text", `+strings.Repeat(" ", 64<<10)); err != nil {
		t.Fatal(err)
	}
	return u
}

// finish sends the rest, and returns the status of the answer.
func (u upload) finish() string {
	_, _ = io.WriteString(u.body, `"content": "late"}`) // the answer tells
	u.body.Close()
	return <-u.answered
}
