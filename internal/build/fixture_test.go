package build_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Exit(m.Run())
}

// tour is the course of all tests.
const tour nbhosting.CourseName = "tour"

// author is the user id of scripts, where tests run as root.
const author = 54321

// site is a data directory with the course tour and what builds its books.
type site struct {
	*build.Builder
	t       *testing.T
	root    string
	catalog *course.Catalog
	options build.Options
}

// newSite publishes files as the course tour. Its scripts run on this host.
func newSite(t *testing.T, files map[string]string, changes ...func(*build.Options)) *site {
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
	s.options = build.Options{Root: s.root, Courses: s.catalog, Runner: host{}, UID: author, Logger: log}
	for _, change := range changes {
		change(&s.options)
	}
	s.Builder = build.New(s.options)
	s.write(files)
	if _, err := s.catalog.Create(t.Context(), nbhosting.Course{Name: tour, GitURL: s.repository(), Image: "its/image"}, t.Output()); err != nil {
		t.Fatal(err)
	}
	return s
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

func (s *site) repository() string { return filepath.Join(filepath.Dir(s.root), "repo") }

func (s *site) write(files map[string]string) {
	s.t.Helper()
	for name, text := range files {
		path := filepath.Join(s.repository(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := (git.Runner{}).Snapshot(s.t.Context(), s.repository(), "change"); err != nil {
		s.t.Fatal(err)
	}
}

// commit publishes more files.
func (s *site) commit(files map[string]string) {
	s.t.Helper()
	s.write(files)
	if _, err := s.catalog.Pull(s.t.Context(), tour, s.t.Output()); err != nil {
		s.t.Fatal(err)
	}
}

// settings is a file of settings with builds, each of lines as YAML has them.
func settings(builds ...string) map[string]string {
	text := "builds:\n"
	for _, b := range builds {
		text += "- " + strings.ReplaceAll(strings.TrimSpace(b), "\n", "\n  ") + "\n"
	}
	return map[string]string{"nbhosting/nbhosting.yaml": text}
}

// book are the settings of a build with the id "book".
func book(script string, more ...string) map[string]string {
	text := "name: The book\nid: book\n" + strings.Join(more, "\n")
	return settings(strings.TrimSpace(text) + "\nscript: |\n  " + strings.ReplaceAll(strings.TrimSpace(script), "\n", "\n  "))
}

// page is a script that makes a book of one page.
const page = "mkdir -p _build/html && echo '<p>one</p>' > _build/html/index.html"

func (s *site) try(id string, force bool) (built bool, log string, err error) {
	var out strings.Builder
	built, err = s.Run(s.t.Context(), build.Request{Course: tour, ID: id, Force: force}, &out)
	return built, out.String(), err
}

// build makes the book, anew.
func (s *site) build() (log string) {
	s.t.Helper()
	built, log, err := s.try("book", false)
	if err != nil || !built {
		s.t.Fatalf("built: %t, %v\n%s", built, err, log)
	}
	return log
}

// fails wants the book to fail with a message that holds all the parts.
func (s *site) fails(kind nbhosting.Kind, parts ...string) (log string) {
	s.t.Helper()
	built, log, err := s.try("book", false)
	if built || err == nil || nbhosting.KindOf(err) != kind {
		s.t.Fatalf("built: %t; got %v, want an error of kind %s\n%s", built, err, kind, log)
	}
	message := nbhosting.MessageOf(err)
	for _, part := range parts {
		if !strings.Contains(message, part) {
			s.t.Errorf("the message lacks %q: %s", part, message)
		}
	}
	if strings.Contains(message, s.root) {
		s.t.Errorf("the message names a path of this host: %s", message)
	}
	s.wantNothingLeft()
	return log
}

// wantNothingLeft checks that nothing half-made is there.
func (s *site) wantNothingLeft() {
	s.t.Helper()
	for _, dir := range []string{".work", "tour/book"} {
		entries, err := os.ReadDir(filepath.Join(s.root, "builds", dir))
		if err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
		for _, e := range entries {
			if dir == ".work" || strings.HasPrefix(e.Name(), ".") {
				s.t.Errorf("left behind in %s: %s", dir, e.Name())
			}
		}
	}
}

// path is where a file of the book that is shown is.
func (s *site) path(file string) string {
	return filepath.Join(s.root, "builds", "tour", "book", "latest", file)
}

// shown is what a page of the book holds, or "" if it is not there.
func (s *site) shown(file string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.path(file))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return string(text)
}

// results are the names of what is kept of the book.
func (s *site) results() []string {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.root, "builds", "tour", "book"))
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != build.Latest {
			names = append(names, e.Name())
		}
	}
	return names
}

// latest is the name of the result that is shown.
func (s *site) latest() string {
	s.t.Helper()
	name, err := os.Readlink(s.path(""))
	if err != nil {
		s.t.Fatal(err)
	}
	return name
}

// host runs scripts on this host, as a runtime does that confines nothing.
type host struct{}

func (host) Confined() bool { return false }

func (host) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	cmd := exec.CommandContext(ctx, spec.Command[0], spec.Command[1:]...)
	cmd.Env = append(spec.Env, "PATH="+os.Getenv("PATH"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = spec.WorkDir, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(spec.UID), Gid: uint32(spec.GID)}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err := cmd.Run()
	if ctx.Err() != nil {
		return runtime.Exit{}, context.Cause(ctx)
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return runtime.Exit{Code: ended.ExitCode()}, nil
	}
	return runtime.Exit{}, err
}

// stage runs a function in place of a script.
type stage struct {
	confined bool
	act      func(context.Context, runtime.Spec) (runtime.Exit, error)
}

func (s stage) Confined() bool { return s.confined }

func (s stage) Run(ctx context.Context, spec runtime.Spec, _ io.Writer) (runtime.Exit, error) {
	return s.act(ctx, spec)
}

// on makes scripts run in r.
func on(r build.Runner) func(*build.Options) {
	return func(o *build.Options) { o.Runner = r }
}
