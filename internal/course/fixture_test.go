package course_test

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	pullAndDie()
	if os.Getenv(victimEnv) != "" {
		os.Exit(runVictim())
	}
	os.Exit(m.Run())
}

const commitDate = gittest.Date

// author makes a repository with the git program, as a teacher does.
type author struct {
	t    *testing.T
	dir  string
	date string // of commits; empty: commitDate
}

func newAuthor(t *testing.T) author {
	t.Helper()
	a := author{t: t, dir: filepath.Join(t.TempDir(), "source")}
	gittest.Init(t, a.dir)
	return a
}

func (a author) git(args ...string) string {
	a.t.Helper()
	return gittest.Git(a.t, a.dir, cmp.Or(a.date, commitDate), args...)
}

func (a author) write(files map[string]string) {
	a.t.Helper()
	gittest.Write(a.t, a.dir, files)
}

// commit adds files to the repository and returns the hash of the commit.
func (a author) commit(files map[string]string) string {
	a.t.Helper()
	a.write(files)
	a.git("add", "--all", "--force")
	a.git("commit", "--quiet", "--allow-empty", "--message=change")
	return a.git("rev-parse", "HEAD")
}

// site is a data directory with its catalog.
type site struct {
	*course.Catalog
	t    *testing.T
	root string
}

func newSite(t *testing.T) site { return newSiteAt(t, t.TempDir()) }

func newSiteAt(t *testing.T, root string) site {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(root, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	catalog := course.New(course.Options{
		Root: root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: slog.New(slog.DiscardHandler),
	})
	return site{Catalog: catalog, t: t, root: root}
}

// tour is the course of most tests.
const tour nbhosting.CourseName = "tour"

func (s site) try(giturl string) (log string, err error) {
	var out strings.Builder
	_, err = s.Create(s.t.Context(), nbhosting.Course{Name: tour, GitURL: giturl, Image: "tour"}, &out)
	return out.String(), err
}

// create makes the course tour of a repository.
func (s site) create(giturl string) {
	s.t.Helper()
	if _, err := s.try(giturl); err != nil {
		s.t.Fatal(err)
	}
}

func (s site) pull() course.Outcome {
	s.t.Helper()
	outcome, err := s.Pull(s.t.Context(), tour, io.Discard)
	if err != nil {
		s.t.Fatal(err)
	}
	return outcome
}

// read returns what a path below the root directory holds.
func (s site) read(path string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.root, path))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// files lists what is below a directory of the site that is no directory itself.
func (s site) files(dir string) []string {
	s.t.Helper()
	found := []string{}
	top, err := filepath.EvalSymlinks(filepath.Join(s.root, dir))
	if err != nil {
		s.t.Fatal(err)
	}
	err = filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(top, path)
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// published returns the commit that is published, or "".
func (s site) published() string {
	s.t.Helper()
	r, err := s.Revision(tour)
	if nbhosting.KindOf(err) == nbhosting.Unavailable {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Close()
	return r.Commit
}

// wantNothing checks that no trace of the course tour is left.
func (s site) wantNothing() {
	s.t.Helper()
	for _, dir := range []string{"courses-git", "revisions", "courses", "modules", "static"} {
		entries, err := os.ReadDir(filepath.Join(s.root, dir))
		if err != nil && !os.IsNotExist(err) || len(entries) > 0 {
			s.t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
	if _, err := s.Course(s.t.Context(), tour); nbhosting.KindOf(err) != nbhosting.NotFound {
		s.t.Errorf("the course is there: %v", err)
	}
}

// wantNoLeftovers checks that nothing half-made is there: all that is begins with a dot.
func (s site) wantNoLeftovers() {
	s.t.Helper()
	for _, dir := range []string{"revisions/tour", "courses", "modules", "static", "courses-git", "courses-git/tour/.git/submodules"} {
		entries, err := os.ReadDir(filepath.Join(s.root, dir))
		if err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				s.t.Errorf("left behind: %s/%s", dir, e.Name())
			}
		}
	}
}

func wantKind(t *testing.T, err error, want nbhosting.Kind) {
	t.Helper()
	if err == nil || nbhosting.KindOf(err) != want {
		t.Errorf("got %v, want an error of kind %s", err, want)
	}
}

// pullError drops the outcome of a pull that should fail.
func pullError(_ course.Outcome, err error) error { return err }

// failure is what a call failed with whose outcome does not matter.
func failure(_ course.Outcome, err error) error { return err }
