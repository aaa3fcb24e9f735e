package course_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// killSteps are all steps of a pull, in their order.
var killSteps = []string{
	"fetched", "branch known", "listed", "notebooks written", "filled", "synced", "built", "handout made", "names shown", "handout shown", "link replaced", "switched", "pruning",
}

// pullAndDie is this program when it is run to be killed: it pulls, or creates,
// the course tour of a site, and at a step ends as kill -9 ends it.
func pullAndDie() {
	root, last, found := strings.Cut(os.Getenv("COURSE_TEST_DIE"), "\n")
	if !found {
		return
	}
	db, err := sqlite.Open(context.Background(), filepath.Join(root, "db"))
	if err != nil {
		panic(err)
	}
	catalog := course.New(course.Options{Root: root, Store: db, Logger: slog.New(slog.DiscardHandler)})
	catalog.OnPullStep(func(step string) {
		if step == last {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	if giturl := os.Getenv("COURSE_TEST_CREATE"); giturl != "" {
		_, err = catalog.Create(context.Background(), nbhosting.Course{Name: tour, GitURL: giturl, Image: "i"}, os.Stderr)
	} else {
		_, err = catalog.Pull(context.Background(), tour, os.Stderr)
	}
	panic(err)
}

// die runs pullAndDie in another process, to the end.
func (s site) die(step, giturl string) {
	s.T.Helper()
	cmd := exec.CommandContext(s.T.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "COURSE_TEST_DIE="+s.Root+"\n"+step, "COURSE_TEST_CREATE="+giturl)
	out, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		s.T.Fatalf("%v\n%s", err, out)
	}
}

// wantHandout checks that the repository that students clone is sound, and which
// version of the files of states it has.
func (s site) wantHandout(version string) {
	s.T.Helper()
	dir := filepath.Join(s.Root, "revisions", string(tour), "handout")
	gittest.Git(s.T, dir, "", "--git-dir=.git", "fsck", "--full", "--strict", "--no-progress")
	for file := range states("") {
		if got := gittest.Git(s.T, dir, "", "--git-dir=.git", "show", "HEAD:"+file); got != version {
			s.T.Errorf("students can clone %s with %q, want %q", file, got, version)
		}
	}
}

// states returns files of a course, all of which hold word.
func states(word string) map[string]string {
	return map[string]string{
		"a.ipynb": word, "w1/b.md": word, "w2/deep/c.py": word, "data/x.csv": word, "modules/m.py": word,
	}
}

func TestKilledPulls(t *testing.T) {
	for i, step := range killSteps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			a := gittest.NewAuthor(t)
			lib := a.Beside("lib")
			a.Submodule("modules/lib", "../lib", lib.Commit(map[string]string{"lib.py": "1"}))
			first := a.Commit(states("version 1"))
			s := newSite(t)
			s.create(a.Dir)
			a.Git("update-index", "--cacheinfo", "160000,"+lib.Commit(map[string]string{"lib.py": "2"})+",modules/lib")
			second := a.Commit(states("version 2"))
			s.die(step, "")
			want := first
			if i >= slices.Index(killSteps, "link replaced") {
				want = second
			}
			if got := s.published(); got != want {
				t.Errorf("published %s, want %s", got, want)
			}
			if err := s.readWhole(); err != nil {
				t.Error(err)
			}
			version := "version 1"
			if i >= slices.Index(killSteps, "handout shown") {
				version = "version 2"
			}
			s.wantHandout(version)
			s.pull()
			s.wantHandout("version 2")
			if got := s.published(); got != second || s.Read("modules/tour/lib/lib.py") != "2" {
				t.Errorf("then published %s, want %s", got, second)
			}
			s.WantNoLeftovers()
			a.Commit(states("version 3"))
			s.pull()
			if err := s.readWhole(); err != nil {
				t.Error(err)
			}
			s.wantHandout("version 3")
			s.WantRevisions(1)
		})
	}
}

func TestKilledCreations(t *testing.T) {
	for _, step := range killSteps[:len(killSteps)-1] {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			a := gittest.NewAuthor(t)
			commit := a.Commit(states("version 1"))
			s := newSite(t)
			s.die(step, a.Dir)
			if _, err := s.Pull(t.Context(), tour, io.Discard); err != nil {
				t.Fatal(err)
			}
			if err := s.readWhole(); err != nil || s.published() != commit {
				t.Errorf("published %s, %v", s.published(), err)
			}
			s.WantNoLeftovers()
		})
	}
}

// TestTheStepsOfAPull shows that the tests above miss none.
func TestTheStepsOfAPull(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	a.Commit(map[string]string{"a.md": "2"})
	var steps []string
	s.OnPullStep(func(step string) { steps = append(steps, step) })
	s.pull()
	if !slices.Equal(steps, killSteps) {
		t.Errorf("got %q", steps)
	}
}
