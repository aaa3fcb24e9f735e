package jupyter_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

const (
	testImage = "nbhosting/minimal-notebook"
	memory    = 256 << 20
)

// small is a real server with little memory.
type small struct {
	*testing.T
	dir    string
	uid    int
	boot   jupyter.Boot
	client *jupyter.Client
	http   *http.Client
	driver *docker.Driver
}

func startSmall(t *testing.T) small {
	t.Helper()
	site := strings.ToLower(rand.Text()[:10])
	d, err := docker.New(docker.Options{Site: site, NamePrefix: site + "-", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if exists, err := d.ImageExists(t.Context(), testImage); err != nil || !exists {
		if os.Getenv("NBHOSTING_TEST_DOCKER") == "require" {
			t.Fatalf("the core images are required: %v", err)
		}
		t.Skipf("no core images here: %v", err)
	}
	s := small{T: t, uid: os.Getuid(), driver: d, boot: jupyter.Boot{Places: jupyter.Confined(), Socket: runtime.SocketName, BasePath: "/small/", Token: rand.Text()}}
	if s.uid == 0 {
		s.uid = 54321
	}
	top, err := os.MkdirTemp("", "nbh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	s.dir = filepath.Join(top, "run")
	work := filepath.Join(top, "work")
	if err := errors.Join(os.Chmod(top, 0o711), s.boot.Write(s.dir, s.uid), jupyter.MakeDir(work, s.uid)); err != nil {
		t.Fatal(err)
	}
	_, err = d.Start(t.Context(), runtime.Spec{
		Name: "small", Image: testImage, UID: s.uid, GID: s.uid, Dir: s.dir,
		Mounts: []runtime.Mount{{Source: s.dir, Target: s.boot.Run}, {Source: work, Target: s.boot.Work}},
		Env:    s.boot.Env(), Command: s.boot.Command(), WorkDir: s.boot.Work,
		Limits: runtime.Limits{MemoryBytes: memory}, Network: runtime.NetworkNone,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Remove(context.Background(), "small") })
	dial := func(ctx context.Context) (net.Conn, error) {
		return unixsock.Dial(ctx, filepath.Join(s.dir, runtime.SocketName), s.uid)
	}
	s.client = jupyter.New(dial, s.boot.BasePath, s.boot.Token)
	s.http = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.client.Await(ctx, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return s
}

// post makes something, and returns its id or name.
func (s small) post(path, body string) (string, error) {
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, "http://localhost"+s.boot.BasePath+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "token "+s.boot.Token)
	resp, err := s.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var made struct{ ID, Name string }
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode/100 != 2 || json.Unmarshal(text, &made) != nil {
		return "", errors.Join(err, errors.New(resp.Status+string(text)))
	}
	if made.ID == "" {
		return made.Name, nil
	}
	return made.ID, nil
}

func (s small) newKernel() string {
	s.Helper()
	id, err := s.post("api/kernels", `{"name": "python3"}`)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

func (s small) dial(path string) *websocket.Conn {
	s.Helper()
	conn, _, err := websocket.Dial(s.Context(), "http://localhost"+s.boot.BasePath+path, &websocket.DialOptions{
		HTTPClient: s.http, HTTPHeader: http.Header{"Authorization": {"token " + s.boot.Token}},
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { conn.CloseNow() })
	return conn
}

func (s small) send(conn *websocket.Conn, message any) {
	s.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		s.Fatal(err)
	}
	if err := conn.Write(s.Context(), websocket.MessageText, text); err != nil {
		s.Fatal(err)
	}
}

// execute has a kernel run a cell.
func (s small) execute(kernel, code string) {
	s.Helper()
	s.send(s.dial("api/kernels/"+kernel+"/channels"), map[string]any{
		"channel": "shell", "parent_header": map[string]any{}, "metadata": map[string]any{},
		"header":  map[string]any{"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1", "version": "5.3"},
		"content": map[string]any{"code": code, "silent": false, "store_history": false, "user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": true},
	})
}

// awaitEvents waits until the server has told something.
func (s small) awaitEvents(meanwhile func()) []jupyter.Event {
	s.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		events, err := jupyter.Events(s.dir, s.uid)
		if err != nil {
			s.Fatal(err)
		}
		if len(events) > 0 {
			return events
		}
		if now, err := s.driver.Inspect(s.Context(), "small"); err != nil || now.State != runtime.Running {
			s.Fatalf("the server went: %+v, %v", now, err)
		}
		if time.Now().After(end) {
			s.Fatal("nothing is told")
		}
		meanwhile()
	}
}

func (s small) wantAnswer() {
	s.Helper()
	if _, err := s.client.Status(s.Context()); err != nil {
		s.Errorf("the server does not answer any more: %v", err)
	}
}

func TestAKernelThatNeedsTooMuchMemoryIsTold(t *testing.T) {
	s := startSmall(t)
	before := time.Now()
	other, kernel := s.newKernel(), s.newKernel()
	s.execute(kernel, "x = b'x' * 2**30")
	e := s.awaitEvents(func() {})[0]
	if e.Kernel != kernel || e.Limit != memory || e.Time.Before(before) || e.Time.After(time.Now()) {
		t.Errorf("got %+v, want kernel %s and not %s", e, kernel, other)
	}
	s.wantAnswer()
}

func TestTheServerOutlivesItsKernels(t *testing.T) {
	s := startSmall(t)
	s.awaitEvents(func() {
		s.post("api/kernels", `{"name": "python3"}`) // in the end there is no room for one more
	})
	s.wantAnswer()
}

func TestTerminalsGoFirstToo(t *testing.T) {
	s := startSmall(t)
	name, err := s.post("api/terminals", "")
	if err != nil {
		t.Fatal(err)
	}
	conn := s.dial("terminals/websocket/" + name)
	s.send(conn, []string{"stdin", "echo score $(cat /proc/self/oom_score_adj)\n"})
	score := regexp.MustCompile(`score (\d+)`)
	for seen := ""; ; {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			t.Fatalf("%v after %q", err, seen)
		}
		seen += string(text)
		if found := score.FindStringSubmatch(seen); found != nil {
			if found[1] != "1000" {
				t.Errorf("got %s", found[1])
			}
			return
		}
	}
}
