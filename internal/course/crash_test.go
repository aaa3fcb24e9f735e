package course_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func TestAChangeThatIsCutShortIsFinishedAtTheNextStart(t *testing.T) {
	before := lived(t)
	for name, change := range changes {
		steps, want := before.undisturbed(t, name)
		if len(steps) < 10 {
			t.Fatalf("%s: steps %q", name, steps)
		}
		for _, at := range steps {
			t.Run(name+" at "+at, func(t *testing.T) {
				s := before.copied(t)
				cutShort(s, at, change)
				s.restarted().wantAll(want)
			})
		}
	}
}

// cutShort does a change up to and with a step, after which nothing more is done.
func cutShort(s site, at string, change func(context.Context, *course.Catalog, io.Writer) error) {
	s.T.Helper()
	s.OnStep(func(step string) error {
		if step == at {
			panic("cut short")
		}
		return nil
	})
	defer func() {
		if recover() == nil {
			s.T.Errorf("there was no step %s", at)
		}
	}()
	err := change(s.T.Context(), s.Catalog, io.Discard)
	s.T.Errorf("it went on: %v", err)
}

func TestAChangeThatIsCutShortTwice(t *testing.T) {
	before := lived(t)
	for name, change := range changes {
		steps, want := before.undisturbed(t, name)
		for _, second := range steps[1:] {
			t.Run(name+" at "+second, func(t *testing.T) {
				s := before.copied(t)
				cutShort(s, steps[0], change)
				again := newSiteAt(t, s.Root)
				cutShort(again, second, func(ctx context.Context, c *course.Catalog, _ io.Writer) error { return c.Recover(ctx) })
				again.restarted().wantAll(want)
			})
		}
	}
}

// victimEnv makes the test program do a change in the middle of which it is
// killed. It holds the root directory, the change and the step.
const victimEnv = "NBHOSTING_TEST_VICTIM"

func runVictim() (code int) {
	what := strings.Split(os.Getenv(victimEnv), "|")
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(what[0], "db"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	c := course.New(course.Options{Root: what[0], Store: db, Logger: slog.New(slog.DiscardHandler)})
	c.OnStep(func(step string) error {
		if step == what[2] {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	})
	fmt.Println("it was not killed:", changes[what[1]](ctx, c, os.Stdout))
	return 1
}

func TestAKilledProgramsChangeIsFinishedAtTheNextStart(t *testing.T) {
	before := lived(t)
	for name := range changes {
		steps, want := before.undisturbed(t, name)
		for i := 0; i < len(steps); i += 6 { // each is a program to start
			at := steps[i]
			t.Run(name+" at "+at, func(t *testing.T) {
				s := before.copied(t)
				victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
				victim.Env = append(os.Environ(), victimEnv+"="+strings.Join([]string{s.Root, name, at}, "|"))
				out, err := victim.CombinedOutput()
				if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("%v\n%s", err, out)
				}
				s.restarted().wantAll(want)
			})
		}
	}
}

// boundAt is the step after which a change is not undone any more.
var boundAt = map[string]string{"rename": "database", "delete": "database", "purge": "database"}

func TestAChangeThatFailsIsUndone(t *testing.T) {
	before := lived(t)
	want := before.all()
	for name, change := range changes {
		steps, after := before.undisturbed(t, name)
		bound := slices.Index(steps, boundAt[name])
		for i, at := range steps {
			t.Run(name+" at "+at, func(t *testing.T) {
				s := before.copied(t)
				broken := errors.New("broken")
				s.OnStep(func(step string) error {
					if step == at {
						return broken
					}
					return nil
				})
				err := change(t.Context(), s.Catalog, io.Discard)
				if !errors.Is(err, broken) {
					t.Fatalf("got %v", err)
				}
				if i >= bound {
					sitetest.WantKind(t, err, nbhosting.Unavailable)
					s.restarted().wantAll(after)
					return
				}
				if err := os.RemoveAll(filepath.Join(s.Root, "trash")); err != nil { // the empty directory stays
					t.Fatal(err)
				}
				s.wantAll(want)
				if _, err := s.Course(t.Context(), tour); err != nil {
					t.Errorf("the course is not served: %v", err)
				}
				s.OnStep(nil)
				if err := change(t.Context(), s.Catalog, io.Discard); err != nil {
					t.Fatal(err)
				}
				s.wantAll(after)
			})
		}
	}
}

func TestWhatCannotBeFinishedIsUndoneAtTheNextStart(t *testing.T) {
	before := lived(t)
	want := before.all()
	for name, at := range map[string]string{"rename": "students/alice", "delete": "students/bob"} {
		s := before.copied(t)
		cutShort(s, at, changes[name])
		again := newSiteAt(t, s.Root)
		again.OnStep(func(step string) error {
			if step == "sync" {
				return syscall.EIO
			}
			return nil
		})
		if err := again.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(s.Root, "trash")); err != nil {
			t.Fatal(err)
		}
		again.wantAll(want)
		if got := again.published(); got == "" {
			t.Errorf("%s: the course is not served", name)
		}
	}
}

func TestAStuckChangeKeepsItsCourseClosedAndNoOther(t *testing.T) {
	s := lived(t)
	_, want := s.undisturbed(t, "rename")
	cutShort(s, "local", changes["rename"])
	s.write("raw/tour/file", "in both places")
	again := s.restarted()
	for _, name := range []nbhosting.CourseName{tour, renamed} {
		_, err := again.Course(t.Context(), name)
		sitetest.WantKind(t, err, nbhosting.Unavailable)
		_, err = again.Use(name)
		sitetest.WantKind(t, err, nbhosting.Unavailable)
		sitetest.WantKind(t, failure(again.Pull(t.Context(), name, io.Discard)), nbhosting.Unavailable)
		_, err = again.Create(t.Context(), nbhosting.Course{Name: name, GitURL: "/nowhere", Image: "i"}, io.Discard)
		sitetest.WantKind(t, err, nbhosting.Unavailable)
		_, err = again.Set(t.Context(), name, course.Changes{})
		sitetest.WantKind(t, err, nbhosting.Unavailable)
	}
	for _, change := range changes {
		sitetest.WantKind(t, change(t.Context(), again.Catalog, io.Discard), nbhosting.Unavailable)
	}
	sitetest.WantKind(t, again.Rename(t.Context(), neighbour, tour, course.RenameOptions{}, io.Discard), nbhosting.Unavailable)
	if d, err := again.Show(t.Context(), tour); err != nil || d.Revision != nil {
		t.Errorf("got %+v, %v", d, err)
	}
	if _, err := again.Pull(t.Context(), neighbour, io.Discard); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(s.Root, "raw/tour")); err != nil {
		t.Fatal(err)
	}
	again.restarted().wantAll(want)
}
