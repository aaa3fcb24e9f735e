package app_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/stats"
)

var quiet = slog.New(slog.DiscardHandler)

// openIntro opens a notebook of a new course as alice, and returns where it is.
func openIntro(t *testing.T, s *apptest.Site) (location string) {
	t.Helper()
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"intro.ipynb": ""}))
	return redirect(t, s.App.Public(), "/notebookLazyCopy/tour/intro/alice")
}

func redirect(t *testing.T, h http.Handler, path string) (location string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusFound {
		t.Fatalf("%s: got %d %s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func TestServersOutliveTheProgram(t *testing.T) {
	s := apptest.New(t)
	location := openIntro(t, s)
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := app.OpenOn(t.Context(), s.Engine.Driver("test"), s.Config, apptest.Version, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(again.Public())
	defer srv.Close()
	resp, err := http.Get(srv.URL + strings.Replace(location, "/-/notebook/", "/notebooks/", 1)) // what our page has in its frame
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "notebooks/intro.ipynb" || err != nil {
		t.Errorf("got %s %q, %v", resp.Status, body, err)
	}
	if got := redirect(t, again.Public(), "/notebookLazyCopy/tour/intro/alice"); got != location || s.Starts() != 1 {
		t.Errorf("got %s after %d starts, was %s", got, s.Starts(), location)
	}
}

func TestServeStopsTheServersIfItIsTo(t *testing.T) {
	for _, stopOnExit := range []bool{true, false} {
		s := apptest.New(t, func(cfg *config.Config) { cfg.Servers.StopOnExit = stopOnExit })
		stop := s.Serve()
		openIntro(t, s)
		stop()
		running, err := s.Engine.Driver("test").List(t.Context())
		if err != nil || (len(running) == 0) != stopOnExit {
			t.Errorf("stop on exit %t: left are %v, %v", stopOnExit, running, err)
		}
		if _, err := os.Lstat(app.AdminSocket(s.Config)); err == nil {
			t.Error("the admin socket is left")
		}
	}
}

func TestASiteHasOneOwner(t *testing.T) {
	s := apptest.New(t)
	if _, err := app.OpenOn(t.Context(), s.Engine.Driver("test"), s.Config, apptest.Version, quiet); !errors.Is(err, app.ErrBusy) {
		t.Errorf("got %v", err)
	}
}

func TestASiteThatDoesNotOpenIsLetGo(t *testing.T) {
	cfg := config.Default()
	cfg.Root, cfg.Runtime = t.TempDir(), "process"
	database := filepath.Join(cfg.Root, "nbhosting.db")
	if err := os.Mkdir(database, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), cfg, apptest.Version, quiet); err == nil {
		t.Fatal("it opened")
	}
	if err := os.Remove(database); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, apptest.Version, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestServingCountsWhatRuns(t *testing.T) {
	s := apptest.New(t)
	openIntro(t, s)
	s.Serve()
	path := filepath.Join(s.Config.Root, "raw", "tour", "counts.raw")
	var text []byte
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var err error
		if text, err = os.ReadFile(path); err == nil && strings.Count(string(text), "\n") >= 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing was counted: %q, %v", text, err)
		}
	}
	lines := strings.Split(string(text), "\n")
	c, err := stats.ParseCounts(lines[1])
	if !strings.HasPrefix(lines[0], "# running_container ") || err != nil {
		t.Fatalf("got %q, %v", text, err)
	}
	for column, want := range map[stats.Column]int64{
		stats.RunningContainer: 1, stats.RunningKernel: 0, stats.StudentHome: 1, stats.SystemContainer: 1, stats.FrozenContainer: 0,
	} {
		if got, _ := c.Get(column); got != want {
			t.Errorf("%s is %d, want %d", column, got, want)
		}
	}
	for _, column := range []stats.Column{stats.MemoryTotal, stats.MemoryAvailable, stats.NbhostingDSFree, stats.SystemDSFree} {
		if got, _ := c.Get(column); got <= 0 {
			t.Errorf("%s is %d", column, got)
		}
	}
}
