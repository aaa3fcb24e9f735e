package revision_test

import (
	"io"
	"log/slog"
	"os"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/clone"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	sitetest.UseMemory()
	os.Exit(m.Run())
}

const tour = sitetest.Tour

// site is a data directory with the revisions of the course tour.
type site struct {
	*revision.Store
	sitetest.Disk
	clones *clone.Clones
	course *nbhosting.Course
}

func newSite(t *testing.T) site { return newSiteAt(t, t.TempDir()) }

func newSiteAt(t *testing.T, root string) site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	clones := clone.New(clone.Options{Root: root, Logger: log})
	return site{
		Store: revision.New(revision.Options{Root: root, Clones: clones, Logger: log}),
		Disk:  sitetest.Disk{T: t, Root: root}, clones: clones, course: &nbhosting.Course{Name: tour},
	}
}

// create publishes the course tour for the first time, of a repository.
func (s site) create(giturl string) {
	s.T.Helper()
	s.course.GitURL = giturl
	s.pull()
}

func (s site) pull() revision.Outcome {
	s.T.Helper()
	outcome, err := s.tryPull(io.Discard)
	if err != nil {
		s.T.Fatal(err)
	}
	return outcome
}

// tryPull fetches and publishes the course tour.
func (s site) tryPull(log io.Writer) (revision.Outcome, error) {
	s.T.Helper()
	_, commit, err := s.clones.Fetch(s.T.Context(), *s.course, log)
	if err != nil {
		s.T.Fatal(err)
	}
	return s.Publish(s.T.Context(), *s.course, commit, log)
}

// published returns the commit that is published.
func (s site) published() string {
	s.T.Helper()
	r, err := s.Current(tour)
	if err != nil {
		s.T.Fatal(err)
	}
	defer r.Close()
	return r.Commit
}

// said is what the published revision says of itself.
type said struct {
	settings.Settings
	Notebooks map[string]revision.NotebookDetails
}

func (s site) show() said {
	s.T.Helper()
	r, err := s.Current(tour)
	if err != nil {
		s.T.Fatal(err)
	}
	defer r.Close()
	all, err := r.Contents()
	if err != nil {
		s.T.Fatal(err)
	}
	return said{all.Settings, all.Notebooks}
}

// failure is what a call failed with whose outcome does not matter.
func failure(_ revision.Outcome, err error) error { return err }
