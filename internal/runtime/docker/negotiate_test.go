package docker_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// engineOfVersion answers as an engine that speaks one version of the API, and
// only to those who speak it too.
func engineOfVersion(t *testing.T, version string) (host string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Api-Version", version)
		w.Write([]byte("OK"))
	})
	mux.HandleFunc("/v"+version+"/containers/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("[]"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return "tcp://" + strings.TrimPrefix(server.URL, "http://")
}

func TestOldEnginesAreSpokenToInTheirVersion(t *testing.T) {
	for _, version := range []string{"1.41", "1.44"} {
		d := open(t, engineOfVersion(t, version), "s")
		if err := d.Ping(t.Context()); err != nil {
			t.Errorf("ping an engine of API %s: %v", version, err)
		}
		if all, err := d.List(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("list on an engine of API %s: %v, %v", version, all, err)
		}
	}
}

func TestTooOldAnEngineIsUnavailable(t *testing.T) {
	d := open(t, engineOfVersion(t, "1.24"), "s")
	if err := d.Ping(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
		t.Errorf("ping: %v, want ErrUnavailable", err)
	}
}
