package docker_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// callAll calls every method that needs the engine.
func callAll(t *testing.T, d *docker.Driver) map[string]error {
	ctx := t.Context()
	spec := runtime.Spec{Name: "x", Image: "i", Dir: "/d", WorkDir: "/", Command: []string{"x"}, Network: runtime.NetworkBridge}
	_, start := d.Start(ctx, spec)
	_, inspect := d.Inspect(ctx, "x")
	_, list := d.List(ctx)
	_, output := d.Output(ctx, "x", 1)
	_, usage := d.Usage(ctx, "x")
	_, imageID := d.ImageID(ctx, "i")
	_, exists := d.ImageExists(ctx, "i")
	return map[string]error{
		"ping":    d.Ping(ctx),
		"start":   start,
		"inspect": inspect,
		"list":    list,
		"output":  output,
		"usage":   usage,
		"imageID": imageID,
		"stop":    d.Stop(ctx, "x", time.Second),
		"remove":  d.Remove(ctx, "x"),
		"exists":  exists,
		"pull":    d.PullImage(ctx, "i", t.Output()),
		"import":  d.ImportImage(ctx, "i", strings.NewReader(""), nil),
		"build":   d.BuildImage(ctx, docker.BuildOptions{Tag: "i", Context: strings.NewReader("")}, t.Output()),
	}
}

func TestNoEngineIsUnavailable(t *testing.T) {
	d := open(t, "unix://"+filepath.Join(t.TempDir(), "no.sock"), "s")
	for call, err := range callAll(t, d) {
		if !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", call, err)
		}
	}
}

// An engine that is killed while it answers.
func TestADyingEngineIsUnavailable(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			w.Header().Set("Api-Version", "1.41")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte(`[{"Id": "half`))
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	d := open(t, "tcp://"+strings.TrimPrefix(server.URL, "http://"), "s")
	for call, err := range callAll(t, d) {
		if call != "ping" && call != "exists" && !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", call, err)
		}
	}
}

func TestASiteIsNeeded(t *testing.T) {
	if _, err := docker.New(docker.Options{}); err == nil {
		t.Error("a driver without a site is accepted")
	}
}
