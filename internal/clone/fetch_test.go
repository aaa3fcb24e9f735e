package clone_test

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestFetchFindsTheBranchOnlyOfACourseThatSaysNone(t *testing.T) {
	a := gittest.NewAuthor(t)
	first := a.Commit(map[string]string{"a.md": "1"})
	a.Git("branch", "old")
	second := a.Commit(map[string]string{"a.md": "2"})
	s := newSite(t)
	for _, c := range []struct{ branch, wantBranch, wantCommit string }{
		{"", "main", second}, {"old", "old", first}, {"main", "main", second},
	} {
		course := nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: c.branch}
		branch, commit, err := s.Fetch(t.Context(), course, io.Discard)
		if err != nil || branch != c.wantBranch || commit.Hash != c.wantCommit {
			t.Errorf("of %q: got %q at %s, %v", c.branch, branch, commit.Hash, err)
		}
	}
	_, _, err := s.Fetch(t.Context(), nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: "none"}, io.Discard)
	sitetest.WantKind(t, err, nbhosting.NotFound)
}

func TestSubmodulesAreObtainedOnceAndRemovedWhenUnused(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	a.Commit(nil)
	commit := lib.Commit(map[string]string{"x.py": ""})
	s := newSite(t)
	if _, _, err := s.Fetch(t.Context(), nbhosting.Course{Name: tour, GitURL: a.Dir}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := s.Obtain(t.Context(), tour, lib.Dir, commit, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(lib.Dir); err != nil {
		t.Fatal(err)
	}
	// Nobody has to be asked any more, so that it does not matter that no time is left.
	if err := s.Obtain(t.Context(), tour, lib.Dir, commit, time.Now()); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		used []string
		want bool
	}{{[]string{s.SubmoduleDir(tour, lib.Dir)}, true}, {nil, false}} {
		if err := s.RemoveUnused(tour, c.used); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.SubmoduleDir(tour, lib.Dir)); (err == nil) != c.want {
			t.Errorf("used %q: %v", c.used, err)
		}
	}
}
