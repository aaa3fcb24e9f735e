package snapshot_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Exit(m.Run())
}

const (
	image    = "nbhosting/minimal-notebook"
	renderer = 54321 // user id of what renders, where tests run as root
)

const tour nbhosting.CourseName = "tour"

var alice = nbhosting.Key{Course: tour, Student: "alice"}

// pixel is a picture.
const pixel = "\x89PNG\r\n\x1a\n of the student"

// site is a data directory with the course tour, and what shares its notebooks.
type site struct {
	*snapshot.Snapshots
	t       *testing.T
	root    string
	catalog *course.Catalog
	all     *workspace.Workspaces
	commit  string
}

// newSite returns a site on which alice has a workspace. What renders is run by runner.
func newSite(t *testing.T, runner snapshot.Runner, changes ...func(*snapshot.Options)) *site {
	t.Helper()
	dir := publicDir(t)
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	s := &site{t: t, root: filepath.Join(dir, "root")}
	s.catalog = course.New(course.Options{Root: s.root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: log})
	author := gittest.NewAuthor(t)
	s.commit = author.Commit(map[string]string{
		"w1/intro.ipynb": "{}", "data/deep/course.png": "\x89PNG of the course", "secret.png": "not to be seen",
	})
	if _, err := s.catalog.Create(t.Context(), nbhosting.Course{Name: tour, GitURL: author.Dir, Image: image}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if s.all, err = workspace.New(filepath.Join(s.root, "students"), db, 100000, 199999); err != nil {
		t.Fatal(err)
	}
	s.join(alice)
	o := snapshot.Options{Root: s.root, Courses: s.catalog, Workspaces: s.all, Runner: runner, UID: renderer, Logger: log}
	for _, change := range changes {
		change(&o)
	}
	s.Snapshots = snapshot.New(o)
	return s
}

// join gives a student a workspace, in which tests write as themselves.
func (s *site) join(key nbhosting.Key) (dir string) {
	s.t.Helper()
	w, err := s.all.Prepare(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(w.Dir, 0o777); err != nil {
		s.t.Fatal(err)
	}
	return w.Dir
}

// publicDir returns a new directory that all users may look into.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nbh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// work is a path in alice's workspace.
func (s *site) work(path string) string {
	return filepath.Join(s.root, "students", "alice", "tour", path)
}

// write puts a file into alice's workspace.
func (s *site) write(path, text string) {
	s.t.Helper()
	s.makeDir(filepath.Dir(path))
	if err := os.WriteFile(s.work(path), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) makeDir(path string) {
	s.t.Helper()
	if err := os.MkdirAll(s.work(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) link(target, path string) {
	s.t.Helper()
	s.makeDir(filepath.Dir(path))
	if err := os.Symlink(target, s.work(path)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) share(file string) snapshot.Share {
	s.t.Helper()
	shared, err := s.Share(s.t.Context(), snapshot.Request{Key: alice, File: file})
	if err != nil {
		s.t.Fatal(err)
	}
	return shared
}

// fails wants sharing a notebook to fail with a message that holds all the parts,
// and nothing of this host.
func (s *site) fails(file string, kind nbhosting.Kind, parts ...string) {
	s.t.Helper()
	shared, err := s.Share(s.t.Context(), snapshot.Request{Key: alice, File: file})
	if err == nil || nbhosting.KindOf(err) != kind {
		s.t.Fatalf("%s: got %+v, %v, want an error of kind %s", file, shared, err, kind)
	}
	message := nbhosting.MessageOf(err)
	for _, part := range parts {
		if !strings.Contains(message, part) {
			s.t.Errorf("%s: the message lacks %q: %s", file, part, message)
		}
	}
	if strings.Contains(message, s.root) {
		s.t.Errorf("%s: the message names a path of this host: %s", file, message)
	}
	s.wantNothingLeft()
}

// wantNothingLeft checks that nothing half-made is there.
func (s *site) wantNothingLeft() {
	s.t.Helper()
	left, err := filepath.Glob(filepath.Join(s.root, "snapshots", ".work", "*"))
	if err != nil || len(left) > 0 {
		s.t.Errorf("left behind: %q, %v", left, err)
	}
}

// page is what is served of a share.
func (s *site) page(shared snapshot.Share) string {
	s.t.Helper()
	name := shared.Path[strings.LastIndex(shared.Path, "/")+1:]
	file, err := s.Open(tour, name)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *site) list() []snapshot.Share {
	s.t.Helper()
	all, err := s.List(alice)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// program stands for what renders. Its zero value answers with the notebook as it is.
type program struct {
	do       func(ctx context.Context, notebook string, out io.Writer) (runtime.Exit, error) // nil: as it is
	mu       sync.Mutex
	specs    []runtime.Spec
	requests []map[string]any
}

func (*program) Confined() bool { return false }

func (p *program) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	var request map[string]any
	text, err := os.ReadFile(spec.Command[len(spec.Command)-1])
	if err == nil {
		err = json.Unmarshal(text, &request)
	}
	if err != nil {
		return runtime.Exit{}, err
	}
	p.mu.Lock()
	p.specs, p.requests = append(p.specs, spec), append(p.requests, request)
	p.mu.Unlock()
	notebook, err := os.ReadFile(request["notebook"].(string))
	if err != nil {
		return runtime.Exit{}, err
	}
	if p.do != nil {
		return p.do(ctx, string(notebook), out)
	}
	_, err = io.WriteString(out, `{"answer": "page"}`+"\n"+string(notebook))
	return runtime.Exit{}, err
}

// says is a program that prints a text and ends with a code.
func says(text string, exit runtime.Exit) *program {
	return &program{do: func(_ context.Context, _ string, out io.Writer) (runtime.Exit, error) {
		_, err := io.WriteString(out, text)
		return exit, err
	}}
}

func base64of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
