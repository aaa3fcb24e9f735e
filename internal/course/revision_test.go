package course_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestTheRevisionOfACourseIsExported(t *testing.T) {
	a := gittest.NewAuthor(t)
	want := a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	_, err := s.Export(t.Context(), tour, t.TempDir())
	sitetest.WantKind(t, err, nbhosting.NotFound)
	_, _, err = s.SettingsLayers(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)

	s.create(a.Dir)
	dir := t.TempDir()
	commit, err := s.Export(t.Context(), tour, dir)
	if diff := cmp.Diff([]string{"a.md"}, sitetest.Files(t, dir)); err != nil || commit != want || diff != "" {
		t.Errorf("got %s, %v, (-want +got):\n%s", commit, err, diff)
	}
}

// TestPruneIsOfTheCoursesInTheStore sees that a revision goes once it is closed.
func TestPruneIsOfTheCoursesInTheStore(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	open, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	a.Commit(map[string]string{"a.md": "2"})
	s.pull()
	s.WantRevisions(2) // one of which is open
	open.Close()
	if err := s.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.WantRevisions(1)
}
