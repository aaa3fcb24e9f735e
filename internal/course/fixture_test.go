package course_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	sitetest.UseMemory()
	pullAndDie()
	if os.Getenv(victimEnv) != "" {
		os.Exit(runVictim())
	}
	os.Exit(m.Run())
}

// site is a data directory with its catalog.
type site struct {
	*course.Catalog
	sitetest.Disk
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
	return site{Catalog: catalog, Disk: sitetest.Disk{T: t, Root: root}}
}

const tour = sitetest.Tour

func (s site) try(giturl string) (log string, err error) {
	var out strings.Builder
	_, err = s.Create(s.T.Context(), nbhosting.Course{Name: tour, GitURL: giturl, Image: "tour"}, &out)
	return out.String(), err
}

// create makes the course tour of a repository.
func (s site) create(giturl string) {
	s.T.Helper()
	if _, err := s.try(giturl); err != nil {
		s.T.Fatal(err)
	}
}

func (s site) pull() revision.Outcome {
	s.T.Helper()
	outcome, err := s.Pull(s.T.Context(), tour, io.Discard)
	if err != nil {
		s.T.Fatal(err)
	}
	return outcome
}

// published returns the commit that is published, or "".
func (s site) published() string {
	s.T.Helper()
	r, err := s.Revision(tour)
	if nbhosting.KindOf(err) == nbhosting.Unavailable {
		return ""
	}
	if err != nil {
		s.T.Fatal(err)
	}
	defer r.Close()
	return r.Commit
}

// wantNothing checks that no trace of the course tour is left.
func (s site) wantNothing() {
	s.T.Helper()
	for _, dir := range []string{"courses-git", "revisions", "courses", "modules", "static"} {
		entries, err := os.ReadDir(filepath.Join(s.Root, dir))
		if err != nil && !os.IsNotExist(err) || len(entries) > 0 {
			s.T.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
	if _, err := s.Course(s.T.Context(), tour); nbhosting.KindOf(err) != nbhosting.NotFound {
		s.T.Errorf("the course is there: %v", err)
	}
}

// pullError drops the outcome of a pull that should fail.
func pullError(_ revision.Outcome, err error) error { return err }

// failure is what a call failed with whose outcome does not matter.
func failure(_ revision.Outcome, err error) error { return err }

func (s site) show() course.Details {
	s.T.Helper()
	d, err := s.Show(s.T.Context(), tour)
	if err != nil {
		s.T.Fatal(err)
	}
	return d
}
