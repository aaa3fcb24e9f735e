package server_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// All steps of a start and of a stop, in their order.
var (
	startSteps = []string{"kept", "directories made", "instance runs", "ready"}
	stopSteps  = []string{"stopping", "shut down", "stopped", "removed", "directories removed", "forgotten"}
)

// TestMain makes this program three: the tests; a program of a site that is run to
// be killed; and, under Python's name, the Jupyter of its servers.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "python3" {
		beJupyter(filepath.Dir(os.Args[len(os.Args)-1]))
	}
	if dir, step, found := strings.Cut(os.Getenv("SERVER_TEST_DIE"), "\n"); found {
		startStopAndDie(dir, step)
	}
	os.Exit(m.Run())
}

// beJupyter serves as much of Jupyter's API as a Manager asks for, with the
// settings in dir, until it is shut down.
func beJupyter(dir string) {
	var settings struct {
		ServerApp struct {
			BaseURL string `json:"base_url"`
			Sock    string
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "jupyter_server_config.json"))
	if err != nil || json.Unmarshal(text, &settings) != nil {
		os.Exit(3)
	}
	listener, err := net.Listen("unix", settings.ServerApp.Sock)
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+settings.ServerApp.BaseURL+"api/status", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{}")) })
	mux.HandleFunc("POST "+settings.ServerApp.BaseURL+"api/shutdown", func(http.ResponseWriter, *http.Request) {
		time.AfterFunc(10*time.Millisecond, func() { os.Exit(0) })
	})
	panic(http.Serve(listener, mux))
}

// startStopAndDie starts a server and stops it, and at a step ends as kill -9 ends it.
func startStopAndDie(dir, last string) {
	m, db, _, err := processSite(dir)
	if err != nil {
		panic(err)
	}
	defer db.Close()
	ctx := context.Background()
	if err := m.Adopt(ctx); err != nil {
		panic(err)
	}
	m.OnStep(func(step string) {
		if step == last {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	if _, _, err := m.Ensure(ctx, wantedIn(dir), nil); err != nil {
		panic(err)
	}
	panic(m.Stop(ctx, wantedIn(dir).Key))
}

// processSite is a Manager of programs of this host, with all that it has in dir.
func processSite(dir string) (*server.Manager, *sqlite.DB, runtime.Runtime, error) {
	db, err := sqlite.Open(context.Background(), filepath.Join(dir, "db"))
	if err != nil {
		return nil, nil, nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	engine, err := process.New(process.Options{StateDir: filepath.Join(dir, "process"), BinDir: filepath.Join(dir, "bin"), Logger: log})
	return server.New(server.Options{
		Runtime: engine, Store: db, RunDir: filepath.Join(dir, "run"), ScratchDir: filepath.Join(dir, "scratch"),
		StartTimeout: time.Minute, StopGrace: 5 * time.Second, Drain: func(context.Context, nbhosting.ServerID) {}, Logger: log,
	}), db, engine, err
}

func wantedIn(dir string) server.Wanted {
	return server.Wanted{
		Key: nbhosting.Key{Course: "tour", Student: "alice"}, Image: "i", Revision: "abc",
		Course:    server.CourseDirs{Modules: dir, Revisions: dir, ModulesView: dir, StaticView: dir},
		Workspace: dir, UID: os.Getuid(),
	}
}

// newSiteDir returns a directory with this program under Python's name.
func newSiteDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nbh") // short: there are sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "bin", "python3")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestKilledStartsAndStops kills the program at every step: the next one takes
// over a server that works, and removes all of any other.
func TestKilledStartsAndStops(t *testing.T) {
	for _, step := range slices.Concat(startSteps, stopSteps) {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := newSiteDir(t)
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "SERVER_TEST_DIE="+dir+"\n"+step)
			out, err := cmd.CombinedOutput()
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("%v\n%s", err, out)
			}
			m, db, engine, err := processSite(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := m.Adopt(t.Context()); err != nil {
				t.Fatal(err)
			}
			if step == "ready" && len(m.Servers()) != 1 {
				t.Error("a server that was ready is not taken over")
			}
			wantAgreement(t, dir, m, db, engine)
			if _, _, err := m.Ensure(t.Context(), wantedIn(dir), nil); err != nil {
				t.Fatal(err)
			}
			wantAgreement(t, dir, m, db, engine)
			if err := m.StopAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantAgreement(t, dir, m, db, engine)
			if n := len(m.Servers()); n != 0 {
				t.Errorf("%d servers are left", n)
			}
		})
	}
}

// wantAgreement checks that the Manager, the database, the runtime and the disk
// know of the same servers.
func wantAgreement(t *testing.T, dir string, m *server.Manager, db *sqlite.DB, engine runtime.Runtime) {
	t.Helper()
	known := []string{}
	for _, s := range m.Servers() {
		known = append(known, string(s.ID))
	}
	rows, err := db.Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	instances, err := engine.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{"rows": {}, "instances": {}, "run": {}, "scratch": {}}
	for _, s := range rows {
		found["rows"] = append(found["rows"], string(s.ID))
	}
	for _, i := range instances {
		found["instances"] = append(found["instances"], i.Labels["nbhosting.server"])
	}
	for _, place := range []string{"run", "scratch"} {
		entries, _ := os.ReadDir(filepath.Join(dir, place)) // not there: nothing in it
		for _, e := range entries {
			found[place] = append(found[place], e.Name())
		}
	}
	for where, ids := range found {
		if slices.Sort(ids); !slices.Equal(ids, known) {
			t.Errorf("known: %v; %s: %v", known, where, ids)
		}
	}
}

// TestTheStepsOfAServersLife shows that the test above misses none.
func TestTheStepsOfAServersLife(t *testing.T) {
	b := newBench(t, jupyter)
	var steps []string
	m := b.manager(nil)
	m.OnStep(func(step string) { steps = append(steps, step) })
	if _, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Stop(t.Context(), b.wanted("alice").Key); err != nil {
		t.Fatal(err)
	}
	if want := slices.Concat(startSteps, stopSteps); !slices.Equal(steps, want) {
		t.Errorf("got %q", steps)
	}
}
