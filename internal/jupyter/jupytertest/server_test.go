package jupytertest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/jupyter/jupytertest"
	"github.com/nbhosting/nbhosting/internal/jupyter/message"
)

type fixture struct {
	t      *testing.T
	work   string
	url    string
	faults jupytertest.Faults
}

// newFixture starts a server on the settings that a real one is started with.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	f := &fixture{t: t, work: filepath.Join(dir, "work")}
	boot := jupyter.Boot{Places: jupyter.Places{Work: f.work, Run: filepath.Join(dir, "run")}, Socket: "s", BasePath: "/server/a/b/", Token: "secret"}
	if err := os.Mkdir(f.work, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := boot.Write(boot.Run, os.Getuid()); err != nil {
		t.Fatal(err)
	}
	settings, err := jupytertest.ReadSettings(boot.Run)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jupytertest.New(settings, func() jupytertest.Faults { return f.faults }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	f.url = web.URL + boot.BasePath
	return f
}

func (f *fixture) do(method, path, body string) (int, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "token secret")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestFilesAreReal(t *testing.T) {
	f := newFixture(t)
	for _, step := range []struct {
		method, path, body string
		want               int
	}{
		{"PUT", "api/contents/a.ipynb", `{"type": "notebook", "content": {"cells": []}}`, 200},
		{"GET", "api/contents/a.ipynb", "", 200},
		{"POST", "api/contents/a.ipynb/checkpoints", "", 201},
		{"PATCH", "api/contents/a.ipynb", `{"path": "b.ipynb"}`, 200},
		{"GET", "api/contents/a.ipynb", "", 404},
		{"PUT", "api/contents/t.txt", `{"type": "file", "format": "text", "content": "text"}`, 200},
		{"DELETE", "api/contents/t.txt", "", 204},
		{"GET", "api/contents/..%2fsecret", "", 404},
	} {
		if got, text := f.do(step.method, step.path, step.body); got != step.want {
			t.Errorf("%s %s: got %d %s, want %d", step.method, step.path, got, text, step.want)
		}
	}
	text, err := os.ReadFile(filepath.Join(f.work, "b.ipynb"))
	if err != nil || string(text) != `{"cells": []}` {
		t.Errorf("the file: %s, %v", text, err)
	}
}

func TestNobodyIsHeardWithoutTheToken(t *testing.T) {
	f := newFixture(t)
	resp, err := http.Get(f.url + "api/status")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("got %s", resp.Status)
	}
}

func TestItAnswersWhatItIsTold(t *testing.T) {
	f := newFixture(t)
	f.faults.Status = 500
	if got, _ := f.do("GET", "api/status", ""); got != 500 {
		t.Errorf("got %d", got)
	}
}

// TestCellsAreAnsweredInBothForms runs a cell as each kind of browser does.
func TestCellsAreAnsweredInBothForms(t *testing.T) {
	f := newFixture(t)
	for _, protocol := range []string{message.Protocol, ""} {
		_, body := f.do("POST", "api/kernels", "{}")
		var kernel struct{ ID string }
		if err := json.Unmarshal([]byte(body), &kernel); err != nil {
			t.Fatal(err)
		}
		options := &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"token secret"}}}
		if protocol != "" {
			options.Subprotocols = []string{protocol}
		}
		conn, _, err := websocket.Dial(t.Context(), f.url+"api/kernels/"+kernel.ID+"/channels", options)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		ask := message.Message{Channel: "shell", Header: message.Header{ID: "q", Type: "execute_request"}, Content: json.RawMessage(`{"code": "print('hello')"}`)}
		data, binary, err := message.Append(nil, ask, protocol)
		if err != nil {
			t.Fatal(err)
		}
		form := map[bool]websocket.MessageType{true: websocket.MessageBinary, false: websocket.MessageText}[binary]
		if err := conn.Write(t.Context(), form, data); err != nil {
			t.Fatal(err)
		}
		var got []string
		for range 4 {
			_, data, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m, err := message.Parse(data, protocol)
			if err != nil || m.Parent.ID != "q" {
				t.Fatalf("%+v, %v", m, err)
			}
			got = append(got, m.Channel+" "+m.Header.Type)
		}
		want := "iopub status, iopub stream, shell execute_reply, iopub status"
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: got %s", protocol, strings.Join(got, ", "))
		}
	}
}
