package cli_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

func TestServersByTheCommandLine(t *testing.T) {
	s := apptest.New(t)
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"a.md": ""}))
	s.Serve()
	file := configFile(t, s.Config.Root)
	resp, err := http.Get(s.URL + "/notebookLazyCopy/tour/a/alice")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if listed := good(t, "--config", file, "server", "list"); !strings.Contains(listed, "\ntour    alice    ready  ") {
		t.Errorf("got\n%s", listed)
	}
	if listed := good(t, "--config", file, "server", "list", "--json"); !strings.Contains(listed, `"student": "alice"`) {
		t.Errorf("got\n%s", listed)
	}
	shown := good(t, "--config", file, "server", "show", "tour", "alice")
	for _, part := range []string{"state", "ready", "last used", "if nothing is done (idle)", "kernels", "memory", "disk"} {
		if !strings.Contains(shown, part) {
			t.Errorf("%q is not shown:\n%s", part, shown)
		}
	}
	if log := good(t, "--config", file, "server", "logs", "tour", "alice", "--lines", "5", "--json"); !strings.Contains(log, `"output": `) {
		t.Errorf("got\n%s", log)
	}
	good(t, "--config", file, "server", "stop", "tour", "alice")
	if said := bad(t, "--config", file, "server", "show", "tour", "alice"); !strings.Contains(said, "alice has no server in tour now. The last one ended at") {
		t.Errorf("of a server that has ended: %s", said)
	}
	if listed := good(t, "--config", file, "server", "list", "--json"); listed != "[]\n" {
		t.Errorf("got\n%s", listed)
	}
}

func TestASiteThatIsBusy(t *testing.T) {
	s := apptest.New(t) // has hold of the site, and does not serve it
	file := configFile(t, s.Config.Root)
	synctest.Test(t, func(t *testing.T) {
		if said := bad(t, "--config", file, "course", "list"); !strings.Contains(said, "another nbhosting has hold of") {
			t.Errorf("got %s", said)
		}
	})
	if said := bad(t, "--config", file, "serve"); !strings.Contains(said, "another nbhosting has hold of") {
		t.Errorf("got %s", said)
	}
}

func TestACommandWaitsForItsTurn(t *testing.T) {
	s := apptest.New(t)
	file := configFile(t, s.Config.Root)
	ended := make(chan result)
	go func() { ended <- runUntil(t.Context(), "--config", file, "course", "list") }()
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	if r := <-ended; r.code != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestSeveralCommandsAtOnce(t *testing.T) {
	file := configFile(t, filepath.Join(t.TempDir(), "site"))
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	ended := make(chan result)
	names := []string{"one", "two", "three"}
	for _, name := range names {
		go func() { ended <- runUntil(t.Context(), "--config", file, "course", "create", name, repository) }()
	}
	for range names {
		if r := <-ended; r.code != 0 {
			t.Errorf("got %+v", r)
		}
	}
	if got := strings.Count(good(t, "--config", file, "course", "list"), repository); got != len(names) {
		t.Errorf("%d courses", got)
	}
}

func TestAnInterruptedCommandUndoesItsWork(t *testing.T) {
	hung, asked := make(chan struct{}), make(chan struct{}, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hung
	}))
	defer srv.Close()
	defer close(hung)
	file := configFile(t, filepath.Join(t.TempDir(), "site"))
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		<-asked
		interrupt()
	}()
	if r := runUntil(ctx, "--config", file, "course", "create", "tour", srv.URL+"/course.git"); r.code != 1 {
		t.Errorf("got %+v", r)
	}
	if got := good(t, "--config", file, "course", "list", "--json"); got != "[]\n" {
		t.Errorf("got %s", got)
	}
}
