package jupyter_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/jupyter"
)

func client(t *testing.T, h http.Handler) *jupyter.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	dial := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", srv.Listener.Addr().String())
	}
	return jupyter.New(dial, "/server/1/s3cret/", "tok")
}

func TestStatusIsReadWithTheToken(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/server/1/s3cret/api/status" || r.Header.Get("Authorization") != "token tok" {
			http.Error(w, r.URL.Path, http.StatusForbidden)
			return
		}
		w.Write([]byte(`{"connections": 2, "kernels": 1, "last_activity": "2026-01-02T03:04:05.678Z", "started": "2026-01-02T03:00:00Z"}`))
	}))
	got, err := c.Status(t.Context())
	if err != nil || got.Connections != 2 || got.Kernels != 1 || got.LastActivity.Minute() != 4 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestErrorsDoNotHoldTheSecret(t *testing.T) {
	refusing := client(t, http.NotFoundHandler())
	_, err := refusing.Status(t.Context())
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := refusing.Shutdown(ctx); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func TestGarbageIsAnError(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }))
	if got, err := c.Status(t.Context()); err == nil {
		t.Errorf("got %+v", got)
	}
}

// TestTooManyKernels has a student's program stand for Jupyter: what it says of its
// kernels is kept between two looks at the servers, and would take the memory of all.
func TestTooManyKernels(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for name, body := range map[string]string{
		"many": "[" + strings.Repeat("{},", 300_000) + "{}]",
		"long": `[{"id": "` + long + `", "name": "` + long + `", "execution_state": "` + long + `"}]`,
	} {
		c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		got, err := c.Running(t.Context())
		if err == nil {
			t.Errorf("%s: %d kernels are believed", name, len(got))
		}
	}
}

func TestKernelsThatRun(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`[{"id": "a-1", "name": "python3", "execution_state": "busy", "connections": 1}, {"id": "b-2", "execution_state": "idle"}]`))
	}))
	got, err := c.Running(t.Context())
	if err != nil || len(got) != 2 || !got[0].Busy() || got[0].ID != "a-1" || got[1].Busy() {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, odd := range []string{`{}`, `null`, `[{}`, `[1]`, `[{}] [`, ``} {
		c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(odd)) }))
		if got, err := c.Running(t.Context()); err == nil {
			t.Errorf("%s: got %+v", odd, got)
		}
	}
}
