package revision_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

// view returns the links of a view, with what they lead to.
func view(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{}
	for _, e := range entries {
		if links[e.Name()], err = os.Readlink(filepath.Join(dir, e.Name())); err != nil {
			t.Error(err)
		}
	}
	return links
}

func TestTheViewFollowsTheRevisions(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"modules/tour/__init__.py": "", "modules/old.py": "", "data/x.csv": ""})
	s := newSite(t)
	s.create(a.Dir)
	modules, err := os.Stat(s.ModulesView(tour))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"tour": "../.course/current/modules/tour", "old.py": "../.course/current/modules/old.py"}
	if diff := cmp.Diff(want, view(t, s.ModulesView(tour))); diff != "" {
		t.Error(diff)
	}
	a.Git("rm", "--quiet", "modules/old.py")
	a.Commit(map[string]string{"media/m.svg": ""})
	s.pull()
	delete(want, "old.py")
	if diff := cmp.Diff(want, view(t, s.ModulesView(tour))); diff != "" {
		t.Error(diff)
	}
	wantStatic := map[string]string{"data": "../.course/current/static/data", "media": "../.course/current/static/media"}
	if diff := cmp.Diff(wantStatic, view(t, s.StaticView(tour))); diff != "" {
		t.Error(diff)
	}
	if now, err := os.Stat(s.ModulesView(tour)); err != nil || !os.SameFile(modules, now) {
		t.Errorf("what running servers have mounted was replaced: %v", err)
	}
	if err := os.Remove(filepath.Join(s.StaticView(tour), "data")); err != nil {
		t.Fatal(err)
	}
	s.pull() // nothing new, but what a kill left undone is done
	if diff := cmp.Diff(wantStatic, view(t, s.StaticView(tour))); diff != "" {
		t.Error(diff)
	}
}
