package course_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
)

// publishMore publishes n more commits and returns them.
func (s site) publishMore(a author, n int) []string {
	s.t.Helper()
	var commits []string
	for i := range n {
		commits = append(commits, a.commit(map[string]string{"a.md": fmt.Sprint(len(commits), i, time.Now())}))
		s.pull()
	}
	return commits
}

func TestOldRevisionsGo(t *testing.T) {
	a := newAuthor(t)
	a.commit(nil)
	s := newSite(t)
	s.create(a.dir)
	s.publishMore(a, 2)
	s.wantRevisions(1)

	s.KeepRevisions = time.Hour
	s.publishMore(a, 2)
	s.wantRevisions(3)
	s.KeepRevisions = time.Nanosecond
	if err := s.Prune(t.Context()); err != nil {
		t.Error(err)
	}
	s.wantRevisions(1)
	s.wantNoLeftovers()
}

func TestRevisionsInUseStay(t *testing.T) {
	a := newAuthor(t)
	a.commit(nil)
	s := newSite(t)
	s.create(a.dir)
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
	s.wantRevisions(4)
	used = nil
	if err := s.Prune(t.Context()); err != nil {
		t.Error(err)
	}
	s.wantRevisions(1)
}

func TestARevisionThatIsOpenStays(t *testing.T) {
	a := newAuthor(t)
	a.commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.dir)
	one, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	s.publishMore(a, 1)
	one.Close()
	if err := s.Prune(t.Context()); err != nil {
		t.Error(err)
	}
	s.wantRevisions(2)
	if got := two.Find([]string{"a.md"}); got != "a.md" {
		t.Errorf("found %q", got)
	}
	two.Close()
	if err := s.Prune(t.Context()); err != nil {
		t.Error(err)
	}
	s.wantRevisions(1)
}
