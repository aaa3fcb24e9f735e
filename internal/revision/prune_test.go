package revision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

// publishMore publishes n more commits and returns them.
func (s site) publishMore(a gittest.Author, n int) []string {
	s.T.Helper()
	var commits []string
	for i := range n {
		commits = append(commits, a.Commit(map[string]string{"a.md": fmt.Sprint(len(commits), i, time.Now())}))
		s.pull()
	}
	return commits
}

func TestOldRevisionsGo(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	s.publishMore(a, 2)
	s.WantRevisions(1)

	s.KeepRevisions = time.Hour
	s.publishMore(a, 2)
	s.WantRevisions(3)
	s.KeepRevisions = time.Nanosecond
	if err := s.Prune(tour); err != nil {
		t.Error(err)
	}
	s.WantRevisions(1)
	s.WantNoLeftovers()
}

func TestRevisionsInUseStay(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	var used []string
	s.InUse = func(name nbhosting.CourseName) []string {
		if name != tour {
			t.Errorf("asked of %s", name)
		}
		return used
	}
	first := s.publishMore(a, 1)
	used = []string{first[0], "", "another"}
	s.publishMore(a, 3) // a server that began with the first has seen these, too
	s.WantRevisions(4)
	used = nil
	if err := s.Prune(tour); err != nil {
		t.Error(err)
	}
	s.WantRevisions(1)
}

func TestARevisionThatIsOpenStays(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	one, err := s.Current(tour)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Current(tour)
	if err != nil {
		t.Fatal(err)
	}
	s.publishMore(a, 1)
	one.Close()
	if err := s.Prune(tour); err != nil {
		t.Error(err)
	}
	s.WantRevisions(2)
	if got := two.Find([]string{"a.md"}); got != "a.md" {
		t.Errorf("found %q", got)
	}
	two.Close()
	if err := s.Prune(tour); err != nil {
		t.Error(err)
	}
	s.WantRevisions(1)
}
