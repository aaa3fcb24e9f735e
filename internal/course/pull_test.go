package course_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestPullPublishesTheNewCommit(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"old.md": "", "data/old.csv": ""})
	s := newSite(t)
	s.create(a.Dir)
	a.Git("rm", "--quiet", "-r", "old.md", "data")
	commit := a.Commit(map[string]string{"new.md": "", "media/new.svg": ""})
	s.pull()
	if got := s.published(); got != commit {
		t.Errorf("published %q, want %q", got, commit)
	}
	for dir, want := range map[string][]string{"courses/tour": {"new.md"}, "static/tour": {"media/new.svg"}} {
		if diff := cmp.Diff(want, s.Files(dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
	s.WantNoLeftovers()
}

func TestPullOfNothingNew(t *testing.T) {
	a := gittest.NewAuthor(t)
	commit := a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	before := s.show()
	var log strings.Builder
	outcome, err := s.Pull(t.Context(), tour, &log)
	if err != nil || !strings.Contains(log.String(), "nothing new") {
		t.Errorf("got %v, log %q", err, log.String())
	}
	if want := (revision.Outcome{Commit: commit, Previous: commit}); outcome != want {
		t.Errorf("got %+v, want %+v", outcome, want)
	}
	if diff := cmp.Diff(before, s.show()); diff != "" {
		t.Error(diff)
	}
}

func TestPullFollowsRewrittenHistory(t *testing.T) {
	a := gittest.NewAuthor(t)
	first := a.Commit(map[string]string{"a.md": "1"})
	second := a.Commit(map[string]string{"a.md": "2"})
	s := newSite(t)
	s.create(a.Dir)
	a.Git("reset", "--quiet", "--hard", first)
	third := a.Commit(map[string]string{"a.md": "3"})
	a.Git("reflog", "expire", "--expire=now", "--all")
	a.Git("gc", "--quiet", "--prune=now") // what was published is nowhere any more
	var log strings.Builder
	outcome, err := s.Pull(t.Context(), tour, &log)
	if err != nil || !strings.Contains(log.String(), "history of the branch was rewritten: "+second) {
		t.Errorf("%v, log:\n%s", err, &log)
	}
	if want := (revision.Outcome{Changed: true, Commit: third, Previous: second, Forced: true}); outcome != want {
		t.Errorf("got %+v, want %+v", outcome, want)
	}
	if got := s.Read("courses/tour/a.md"); got != "3" || s.published() != third {
		t.Errorf("got %q of %s", got, s.published())
	}
	for _, c := range []struct {
		commit, text string
		forced       bool
	}{{first, "1", true}, {third, "3", false}} { // a revision that was never published here, then one that was
		a.Git("reset", "--quiet", "--hard", c.commit)
		if outcome := s.pull(); outcome.Forced != c.forced {
			t.Errorf("to %s: %+v", c.text, outcome)
		}
		if got := s.Read("courses/tour/a.md"); got != c.text {
			t.Errorf("got %q, want %q", got, c.text)
		}
	}
}

// TestTheClonesObjectsAreGone rewrites history, and has the clone forget it, too.
func TestTheClonesObjectsAreGone(t *testing.T) {
	a := gittest.NewAuthor(t)
	first := a.Commit(map[string]string{"a.md": "1", "same.md": "s"})
	a.Commit(map[string]string{"a.md": "2"})
	s := newSite(t)
	s.create(a.Dir)
	a.Git("reset", "--quiet", "--hard", first)
	clone := gittest.Author{T: t, Dir: filepath.Join(s.Root, "courses-git/tour")}
	clone.Git("update-ref", "-d", "refs/remotes/origin/main")
	clone.Git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
	clone.Git("update-ref", "-d", "refs/heads/main")
	clone.Git("reflog", "expire", "--expire=now", "--all")
	clone.Git("gc", "--quiet", "--prune=now")
	commit := a.Commit(map[string]string{"a.md": "3"})
	if outcome := s.pull(); !outcome.Forced || outcome.Commit != commit || s.Read("courses/tour/same.md") != "s" {
		t.Errorf("got %+v", outcome)
	}
}

func TestPullsOfACourseWaitForEachOther(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	reached, goOn := make(chan struct{}), make(chan struct{})
	var running, most atomic.Int64
	s.OnPullStep(func(step string) {
		switch step {
		case "fetched":
			most.Store(max(most.Load(), running.Add(1)))
			select {
			case reached <- struct{}{}:
				<-goOn
			case <-goOn:
			}
		case "branch known":
			running.Add(-1)
		}
	})
	var wg sync.WaitGroup
	wg.Go(func() { s.pull() })
	<-reached
	wg.Go(func() { s.pull() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Pull(ctx, tour, io.Discard)
	sitetest.WantKind(t, err, nbhosting.Unavailable)
	close(goOn)
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d pulls at once", most.Load())
	}
}

func TestPullOfACourseThatIsNotThere(t *testing.T) {
	s := newSite(t)
	sitetest.WantKind(t, pullError(s.Pull(t.Context(), tour, io.Discard)), nbhosting.NotFound)
	s.wantNothing()
}

func TestPullThatFailsLeavesWhatWasPublished(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(gittest.Author, site) error
		want  nbhosting.Kind
	}{
		"the repository is gone": {func(a gittest.Author, _ site) error { return os.Rename(a.Dir, a.Dir+".away") }, nbhosting.NotFound},
		"its branch is gone": {func(a gittest.Author, _ site) error {
			a.Git("branch", "--move", "main", "trunk")
			return nil
		}, nbhosting.NotFound},
		"a directory of another system": {func(_ gittest.Author, s site) error {
			link := filepath.Join(s.Root, "static/tour")
			if err := os.Remove(link); err != nil {
				return err
			}
			return os.Mkdir(link, 0o755)
		}, nbhosting.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			commit := a.Commit(map[string]string{"a.md": "1"})
			s := newSite(t)
			s.create(a.Dir)
			a.Commit(map[string]string{"a.md": "2"})
			if err := c.spoil(a, s); err != nil {
				t.Fatal(err)
			}
			sitetest.WantKind(t, pullError(s.Pull(t.Context(), tour, io.Discard)), c.want)
			if got := s.Read("courses/tour/a.md"); got != "1" || s.published() != commit {
				t.Errorf("now published: %q of %s", got, s.published())
			}
			s.WantNoLeftovers()
		})
	}
}

func TestPullMendsWhatAKillLeft(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	half := filepath.Join(s.RevisionsDir(tour), ".new-HALF", "notebooks")
	if err := os.MkdirAll(half, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "a.md"), []byte("ha"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"courses/tour", "modules/tour", "static/tour"} {
		if err := os.Remove(filepath.Join(s.Root, link)); err != nil {
			t.Fatal(err)
		}
	}
	s.pull() // nothing new, but the links are to be there
	if got := s.Read("courses/tour/a.md"); got != "1" {
		t.Errorf("got %q", got)
	}
	a.Commit(map[string]string{"a.md": "2"})
	s.pull()
	s.WantNoLeftovers()
}

// TestReadersSeeWholeRevisions reads all the time while revisions come, each of
// which holds the same word in all its files.
func TestReadersSeeWholeRevisions(t *testing.T) {
	a := gittest.NewAuthor(t)
	write := func(i int) {
		word := fmt.Sprint("version ", i)
		a.Commit(map[string]string{"a.ipynb": word, "w1/b.md": word, "w2/deep/c.py": word, "data/x.csv": word})
	}
	write(0)
	s := newSite(t)
	s.create(a.Dir)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := s.readWhole(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 8 {
		write(i + 1)
		s.pull()
	}
	close(done)
	wg.Wait()
	if got := s.Read("courses/tour/a.ipynb"); got != "version 8" {
		t.Errorf("got %q", got)
	}
}

// readWhole reads all files of the current revision.
func (s site) readWhole() error {
	r, err := s.Revision(tour)
	if err != nil {
		return err
	}
	defer r.Close()
	words := map[string]bool{}
	for _, file := range []string{"a.ipynb", "w1/b.md", "w2/deep/c.py"} {
		if found := r.Find([]string{"absent", file}); found != file {
			return fmt.Errorf("%s: found %q", file, found)
		}
		f, err := r.Open(file)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return err
		}
		words[string(text)] = true
	}
	if len(words) != 1 || len(r.Mappings) != 1 {
		return fmt.Errorf("a mixed revision: %v, mappings %v", words, r.Mappings)
	}
	for _, path := range []string{"courses/tour/w1/b.md", "static/tour/data/x.csv"} {
		text, err := fs.ReadFile(os.DirFS(s.Root), path)
		if err != nil || !strings.HasPrefix(string(text), "version ") {
			return fmt.Errorf("%s: %q, %w", path, text, err)
		}
	}
	return nil
}

func TestARevisionInUseStays(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	r, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a.Commit(map[string]string{"a.md": "2"})
	s.pull()
	f, err := r.Open("a.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); string(text) != "1" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// saves counts how often people's word on a course is written down.
type saves struct {
	course.Store
	n int
}

func (s *saves) SaveCourse(ctx context.Context, c nbhosting.Course) error {
	s.n++
	return s.Store.SaveCourse(ctx, c)
}

func TestAPullSavesTheCourseOnlyIfItFoundTheBranch(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	store := &saves{Store: s.Store}
	s.Store = store
	a.Commit(map[string]string{"a.md": "2"})
	s.pull()
	if store.n != 0 {
		t.Errorf("saved %d times, though the branch was known", store.n)
	}
	branch := ""
	if _, err := s.Set(t.Context(), tour, course.Changes{Branch: &branch}); err != nil {
		t.Fatal(err)
	}
	store.n = 0
	s.pull()
	s.wantCourse(nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: "main", Image: "tour"})
	if store.n != 1 {
		t.Errorf("saved %d times, want once", store.n)
	}
}
