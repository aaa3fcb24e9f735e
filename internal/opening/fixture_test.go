package opening_test

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/access"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/stats"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Exit(m.Run())
}

// bench is an Opener on real parts, with the course "tour" of a repository.
type bench struct {
	*opening.Opener
	t          *testing.T
	root       string
	repository string
	engine     *fake.Engine
	log        *apptest.Log
}

func newBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	b := emptyBench(t)
	b.repository = apptest.Repository(t, files)
	c := nbhosting.Course{Name: "tour", GitURL: b.repository, Image: "i"}
	if _, err := b.Courses.Create(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	return b
}

// emptyBench has no course.
func emptyBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, root: t.TempDir(), engine: fake.NewEngine(apptest.Jupyter), log: &apptest.Log{}}
	t.Cleanup(b.engine.Close)
	log := slog.New(slog.NewTextHandler(b.log, nil))
	db, err := sqlite.Open(t.Context(), filepath.Join(b.root, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	all, err := workspace.New(filepath.Join(b.root, "students"), db, 100000, 199999)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := history.Open(filepath.Join(b.root, "history"), log)
	if err != nil {
		t.Fatal(err)
	}
	b.Opener = &opening.Opener{
		Rules:       access.Rules{Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Courses:     course.New(course.Options{Root: b.root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: log}),
		Workspaces:  all,
		Servers:     b.servers(db, log),
		Events:      stats.Recorder{Root: b.root},
		NotebookURL: "notebooks/{notebook}",
		Logger:      log,
	}
	b.Work = work.New(work.Options{Workspaces: all, History: kept, Courses: b.Courses, Logger: log})
	return b
}

func (b *bench) servers(db *sqlite.DB, log *slog.Logger) *server.Manager {
	b.t.Helper()
	run, err := os.MkdirTemp("", "nbh") // short: there are sockets in it
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { os.RemoveAll(run) })
	m := server.New(server.Options{
		Runtime: b.engine.Driver("site"), Store: db, RunDir: run, ScratchDir: filepath.Join(b.root, "scratch"),
		StartTimeout: time.Minute, StopGrace: time.Second, Drain: func(context.Context, nbhosting.ServerID) {}, Logger: log,
	})
	if err := m.Adopt(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return m
}

func launchOf(notebook string) nbhosting.Launch {
	return nbhosting.Launch{Course: "tour", Notebook: notebook, Student: "alice"}
}

// open opens a notebook as alice and returns where Jupyter has it, below her server.
func (b *bench) open(notebook string) string {
	b.t.Helper()
	opened, err := b.Open(b.t.Context(), launchOf(notebook), func(opening.Step, opening.Wait) {})
	if err != nil {
		b.t.Fatalf("%s: %v", notebook, err)
	}
	running := b.Servers.Servers()
	if len(running) != 1 {
		b.t.Fatalf("%d servers", len(running))
	}
	around, found := strings.CutPrefix(opened.Location, running[0].BasePath()+"-/notebook/")
	file, err := url.PathUnescape(around)
	if !found || err != nil {
		b.t.Errorf("%s leads to %s, the server is at %s", notebook, opened.Location, running[0].BasePath())
	}
	inner, err := b.NotebookPage("tour", file, "")
	if err != nil {
		b.t.Fatal(err)
	}
	return inner
}

// wantRefused opens a notebook that cannot be, and checks that nothing came of it.
func (b *bench) wantRefused(launch nbhosting.Launch, want nbhosting.Kind) {
	b.t.Helper()
	_, err := b.Open(b.t.Context(), launch, func(opening.Step, opening.Wait) {})
	if err == nil || nbhosting.KindOf(err) != want {
		b.t.Errorf("%+v: got %v, want an error of kind %s", launch, err, want)
	}
	if running := b.Servers.Servers(); len(running) != 0 {
		b.t.Errorf("servers run: %v", running)
	}
	if events, err := os.ReadFile(filepath.Join(b.root, "raw/tour/events.raw")); err == nil {
		b.t.Errorf("recorded: %s", events)
	}
}

// pull commits files to the course and publishes them.
func (b *bench) pull(files map[string]string) {
	b.t.Helper()
	apptest.Commit(b.t, b.repository, files)
	if _, err := b.Courses.Pull(b.t.Context(), "tour", io.Discard); err != nil {
		b.t.Fatal(err)
	}
}

// remove takes a file out of the course and publishes that.
func (b *bench) remove(file string) {
	b.t.Helper()
	if err := os.Remove(filepath.Join(b.repository, file)); err != nil {
		b.t.Fatal(err)
	}
	b.pull(nil)
}

// work is the path of a file in alice's workspace.
func (b *bench) work(file string) string { return filepath.Join(b.root, "students/alice/tour", file) }

func (b *bench) wantWork(file, want string) {
	b.t.Helper()
	if got, err := os.ReadFile(b.work(file)); err != nil || string(got) != want {
		b.t.Errorf("%s: %q, %v; want %q", file, got, err, want)
	}
}
