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
