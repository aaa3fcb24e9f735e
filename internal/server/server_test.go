package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// bench is a site without courses: a Manager on a fake engine and a real database.
type bench struct {
	t        *testing.T
	dir      string
	db       *sqlite.DB
	engine   *fake.Engine
	starts   atomic.Int64
	shutdown atomic.Int64
	drained  atomic.Int64
	log      *strings.Builder
	logMu    sync.Mutex
}

func newBench(t *testing.T, program func(*bench, runtime.Spec) fake.Program) *bench {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, dir: dir, db: db, log: &strings.Builder{}}
	b.engine = fake.NewEngine(func(spec runtime.Spec) fake.Program {
		b.starts.Add(1)
		return program(b, spec)
	})
	t.Cleanup(func() { b.engine.Close(); db.Close() })
	return b
}

func (b *bench) Write(p []byte) (int, error) {
	b.logMu.Lock()
	defer b.logMu.Unlock()
	return b.log.Write(p)
}

func (b *bench) logged() string {
	b.logMu.Lock()
	defer b.logMu.Unlock()
	return b.log.String()
}

// manager returns a new Manager on the same site, as a restart of the program does.
func (b *bench) manager(change func(*server.Options)) *server.Manager {
	b.t.Helper()
	o := server.Options{
		Runtime: b.engine.Driver("site"), Store: b.db, RunDir: filepath.Join(b.dir, "run"), ScratchDir: filepath.Join(b.dir, "scratch"),
		StartTimeout: time.Minute, StopGrace: time.Second,
		Drain:  func(context.Context, nbhosting.ServerID) { b.drained.Add(1) },
		Logger: slog.New(slog.NewTextHandler(b, nil)),
	}
	if change != nil {
		change(&o)
	}
	m := server.New(o)
	if err := m.Adopt(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *bench) wanted(student nbhosting.Student) server.Wanted {
	return server.Wanted{
		Key: nbhosting.Key{Course: "tour", Student: student}, Image: "i", Revision: "abc",
		Course: server.CourseDirs{Modules: b.dir, Revisions: b.dir, ModulesView: b.dir, StaticView: b.dir}, Workspace: b.dir, UID: os.Getuid(),
	}
}

// jupyter is a program that answers as far as a Manager asks, if it is shown the
// token that stands in the file of settings.
func jupyter(b *bench, spec runtime.Spec) fake.Program {
	var settings map[string]map[string]any
	text, err := os.ReadFile(filepath.Join(spec.Dir, "jupyter_server_config.json"))
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		b.t.Error(err)
	}
	base, _ := settings["ServerApp"]["base_url"].(string)
	token, _ := settings["IdentityProvider"]["token"].(string)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"api/status", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "token "+token {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		w.Write([]byte("{}"))
	})
	mux.HandleFunc("POST "+base+"api/shutdown", func(http.ResponseWriter, *http.Request) { b.shutdown.Add(1) })
	return fake.Serve(mux)
}

func wantKind(t *testing.T, err error, want nbhosting.Kind) {
	t.Helper()
	if err == nil || nbhosting.KindOf(err) != want {
		t.Errorf("got %v, want an error of kind %s", err, want)
	}
}

func (b *bench) wantNothingLeft() {
	b.t.Helper()
	for _, dir := range []string{"run", "scratch"} {
		if left, err := os.ReadDir(filepath.Join(b.dir, dir)); err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) > 0 {
			b.t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
	if rows, err := b.db.Servers(b.t.Context()); err != nil || len(rows) > 0 {
		b.t.Errorf("left in the database: %v, %v", rows, err)
	}
	if list, err := b.engine.Driver("site").List(b.t.Context()); err != nil || len(list) > 0 {
		b.t.Errorf("left in the engine: %v, %v", list, err)
	}
}

func TestAHundredOpeningsStartOneServer(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	var created atomic.Int64
	ids := make([]nbhosting.ServerID, 100)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			s, isNew, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
			if err != nil {
				t.Error(err)
			}
			if isNew {
				created.Add(1)
			}
			ids[i] = s.ID
		})
	}
	wg.Wait()
	if b.starts.Load() != 1 {
		t.Errorf("%d servers were started", b.starts.Load())
	}
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("got servers %v", ids)
		}
	}
	if created.Load() == 0 {
		t.Error("nobody was told that it was created")
	}
	if s, ok := m.Lookup(ids[0]); !ok || s.State != nbhosting.Ready {
		t.Errorf("got %+v, %v", s, ok)
	}
}

func TestStudentsHaveServersOfTheirOwn(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	a, _, errA := m.Ensure(t.Context(), b.wanted("alice"), nil)
	c, _, errC := m.Ensure(t.Context(), b.wanted("carol"), nil)
	if err := errors.Join(errA, errC); err != nil {
		t.Fatal(err)
	}
	if a.ID == c.ID || a.Secret == c.Secret || a.Token == c.Token || a.Dir == c.Dir {
		t.Errorf("alice has %+v, carol %+v", a, c)
	}
}

func TestTheSpecHoldsNoSecret(t *testing.T) {
	var spec runtime.Spec
	b := newBench(t, func(b *bench, s runtime.Spec) fake.Program {
		spec = s
		return jupyter(b, s)
	})
	s, _, err := b.manager(nil).Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{s.Secret, s.Token} {
		if strings.Contains(string(text), secret) || strings.Contains(b.logged(), secret) {
			t.Errorf("a secret is in the spec or the log:\n%s\n%s", text, b.logged())
		}
	}
	if strings.Contains(strings.Join(append(spec.Env, spec.Command...), " "), "alice") {
		t.Errorf("the boot knows the student: %v %v", spec.Env, spec.Command)
	}
}

func TestAStartGoesOnWithoutItsCaller(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, jupyter)
	b.engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error { <-hold; return nil }})
	m := b.manager(nil)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	staged := make(chan server.Stage, 10)
	go func() {
		_, _, err := m.Ensure(ctx, b.wanted("alice"), func(p server.Progress) { staged <- p.Stage })
		left <- err
	}()
	if s := <-staged; s != server.StageRuntime {
		t.Errorf("first stage %v", s)
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(hold)
	if _, isNew, err := m.Ensure(t.Context(), b.wanted("alice"), nil); err != nil || b.starts.Load() != 1 {
		t.Errorf("got %v, %v after %d starts", isNew, err, b.starts.Load())
	}
}

func TestFailedStartsAreExplainedAndLeaveNothing(t *testing.T) {
	told := map[string]bool{}
	for name, c := range map[string]struct {
		program func(*bench, runtime.Spec) fake.Program
		start   error
		timeout time.Duration
		want    nbhosting.Kind
	}{
		"no image":       {start: runtime.ErrNoImage, want: nbhosting.NotFound},
		"engine down":    {start: runtime.ErrUnavailable, want: nbhosting.Unavailable},
		"name taken":     {start: runtime.ErrNameTaken, want: nbhosting.Conflict},
		"disk full":      {start: fmt.Errorf("write: %w", unix.ENOSPC), want: nbhosting.Unavailable},
		"no jupyter":     {program: func(*bench, runtime.Spec) fake.Program { return fake.Exit(127, "not found") }, want: nbhosting.NotFound},
		"something else": {start: errors.New("boom /secret/path"), want: nbhosting.Internal},
		"ends at once":   {program: func(*bench, runtime.Spec) fake.Program { return fake.Exit(3, "ModuleNotFoundError") }, want: nbhosting.Unavailable},
		"never answers":  {program: func(*bench, runtime.Spec) fake.Program { return fake.Silent() }, timeout: 300 * time.Millisecond, want: nbhosting.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			program := c.program
			if program == nil {
				program = jupyter
			}
			b := newBench(t, program)
			b.engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error { return c.start }})
			m := b.manager(func(o *server.Options) {
				if c.timeout > 0 {
					o.StartTimeout = c.timeout
				}
			})
			_, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
			wantKind(t, err, c.want)
			if message := nbhosting.MessageOf(err); strings.Contains(message, "/") || message == "" {
				t.Errorf("the message for the student is %q", message)
			}
			english, french := texts.Message(texts.Accepted("en"), err), texts.Message(texts.Accepted("fr"), err)
			if told[english] || told[french] || english == french {
				t.Errorf("told as another failure, or not in French: %q, %q", english, french)
			}
			told[english], told[french] = true, true
			b.wantNothingLeft()
			if len(m.Servers()) != 0 {
				t.Errorf("still listed: %v", m.Servers())
			}
		})
	}
}

func TestAServerThatDiedIsReplaced(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	first, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Driver("site").Remove(t.Context(), "tour-x-alice"); err != nil {
		t.Fatal(err)
	}
	second, isNew, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil || !isNew || second.ID == first.ID || second.Secret == first.Secret {
		t.Errorf("got %+v, %v, %v", second, isNew, err)
	}
	if _, ok := m.Lookup(first.ID); ok {
		t.Error("the dead server is still known")
	}
	if key, err := b.db.PastServer(t.Context(), first.ID, first.Secret); err != nil || key != first.Key {
		t.Errorf("got %v, %v", key, err)
	}
}

func TestStopIsPoliteAndComplete(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	key := b.wanted("alice").Key
	if err := m.Stop(t.Context(), key); err != nil {
		t.Errorf("nothing to stop: %v", err)
	}
	if _, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Stop(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if b.shutdown.Load() != 1 || b.drained.Load() == 0 {
		t.Errorf("asked jupyter %d times to shut down, drained %d times", b.shutdown.Load(), b.drained.Load())
	}
	b.wantNothingLeft()
}

func TestARestartAdoptsWhatRuns(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	kept, _, errKept := m.Ensure(t.Context(), b.wanted("alice"), nil)
	gone, _, errGone := m.Ensure(t.Context(), b.wanted("bob"), nil)
	if err := errors.Join(errKept, errGone); err != nil {
		t.Fatal(err)
	}
	driver := b.engine.Driver("site")
	orphan := runtime.Spec{Name: "orphan", UID: os.Getuid(), GID: os.Getgid(), Dir: t.TempDir(), WorkDir: b.dir, Command: []string{"x"}}
	if err := os.WriteFile(filepath.Join(orphan.Dir, "jupyter_server_config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := driver.Start(t.Context(), orphan); err != nil {
		t.Fatal(err)
	}
	if err := driver.Remove(t.Context(), "tour-x-bob"); err != nil {
		t.Fatal(err)
	}

	again := b.manager(nil)
	if s, ok := again.Lookup(kept.ID); !ok || s.Secret != kept.Secret || s.Token != kept.Token {
		t.Errorf("got %+v, %v; want %+v", s, ok, kept)
	}
	if _, ok := again.Lookup(gone.ID); ok {
		t.Error("a server that is gone was adopted")
	}
	if _, err := driver.Inspect(t.Context(), "orphan"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("the orphan: %v", err)
	}
	starts := b.starts.Load()
	if s, isNew, err := again.Ensure(t.Context(), b.wanted("alice"), nil); err != nil || isNew || s.ID != kept.ID || b.starts.Load() != starts {
		t.Errorf("got %+v, %v, %v", s, isNew, err)
	}
}

func TestNothingStartsBeforeAdoption(t *testing.T) {
	b := newBench(t, jupyter)
	m := server.New(server.Options{Runtime: b.engine.Driver("site"), Store: b.db, Logger: slog.New(slog.DiscardHandler)})
	_, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	wantKind(t, err, nbhosting.Unavailable)
}

func TestNamesThatAnEngineCannotTake(t *testing.T) {
	var names []string
	b := newBench(t, func(b *bench, s runtime.Spec) fake.Program {
		names = append(names, s.Name)
		return jupyter(b, s)
	})
	m := b.manager(nil)
	for _, student := range []nbhosting.Student{"first.last", "élève", "a-x-b"} {
		if _, _, err := m.Ensure(t.Context(), b.wanted(student), nil); err != nil {
			t.Fatal(err)
		}
	}
	if names[0] != "tour-x-first.last" || !strings.HasPrefix(names[1], "nbh-") || !strings.HasPrefix(names[2], "nbh-") {
		t.Errorf("got %v", names)
	}
}
