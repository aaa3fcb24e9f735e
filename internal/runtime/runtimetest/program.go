package runtimetest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Self is what the test program says of itself at GET /self.
type Self struct {
	PID, UID, GID   int
	Groups          []int
	WorkDir         string
	Env             []string
	OpenFiles       uint64
	Capabilities    string // bounding set, in hexadecimal
	NoNewPrivileges string // "1" if set
	Addresses       []string
}

func (f *fixture) socket() string { return filepath.Join(f.dir, runtime.SocketName) }

// awaitListening waits until somebody listens on the socket.
func (f *fixture) awaitListening(socket string) {
	f.Helper()
	f.await("a listener on "+socket, func() bool { return listening(socket) })
}

func listening(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// ask sends a request to the program; it returns the answer and whether the program agreed.
func (f *fixture) ask(method, path string, query url.Values, body string) (answer string, ok bool) {
	f.Helper()
	return Ask(f.T, f.socket(), method, path, query, body)
}

// Ask sends a request to the test program that listens on a socket; it returns
// the answer and whether the program agreed.
func Ask(t *testing.T, socket, method, path string, query url.Values, body string) (answer string, ok bool) {
	t.Helper()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://program"+path+"?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err.Error(), false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err == nil && resp.StatusCode == http.StatusOK
}

// self asks the program what it is.
func (f *fixture) self() Self {
	f.Helper()
	text, ok := f.ask(http.MethodGet, "/self", nil, "")
	if !ok {
		f.Fatalf("the program does not say what it is: %s", text)
	}
	var self Self
	f.must(json.Unmarshal([]byte(text), &self))
	return self
}

func query(name, value string) url.Values { return url.Values{name: {value}} }
