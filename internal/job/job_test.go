package job_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/job"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// site is what jobs are kept in.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) site { return site{t, t.TempDir()} }

// manager returns what a start of the program makes.
func (s site) manager(change ...func(*job.Options)) *job.Manager {
	s.t.Helper()
	db, err := sqlite.Open(s.t.Context(), filepath.Join(s.dir, "db"))
	if err != nil {
		s.t.Fatal(err)
	}
	o := job.Options{Dir: s.logs(), Store: db, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	m, err := job.New(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := errors.Join(m.Close(context.Background()), db.Close()); err != nil {
			s.t.Error(err)
		}
	})
	return m
}

func (s site) logs() string { return filepath.Join(s.dir, "jobs") }

func submit(t *testing.T, m *job.Manager, r job.Request) nbhosting.JobID {
	t.Helper()
	if r.Kind == "" {
		r.Kind = nbhosting.JobPull
	}
	j, err := m.Submit(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return j.ID
}

// follow returns all of a job's log from offset on, and how it ended.
func follow(t *testing.T, m *job.Manager, id nbhosting.JobID, offset int64) (string, nbhosting.Job) {
	t.Helper()
	var text strings.Builder
	j, err := m.Follow(t.Context(), id, offset, func(p job.Progress) error {
		text.WriteString(p.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String(), j
}

func say(text string) job.Work {
	return func(_ context.Context, log io.Writer) error {
		_, err := io.WriteString(log, text)
		return err
	}
}

// held is work that says that it runs, and goes on until it is let go or cancelled.
func held(name string, running chan<- string, release <-chan struct{}) job.Work {
	return func(ctx context.Context, _ io.Writer) error {
		running <- name
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		work  job.Work
		state nbhosting.JobState
		err   error
	}{
		"success": {say("fine"), nbhosting.JobSucceeded, nil},
		"nothing": {func(context.Context, io.Writer) error { return job.ErrNothing }, nbhosting.JobSucceeded, nil},
		"explained": {
			func(context.Context, io.Writer) error {
				return nbhosting.Because(errors.New("the cause"), nbhosting.NotFound, "No such branch.")
			}, nbhosting.JobFailed, nbhosting.Errorf(nbhosting.NotFound, "No such branch."),
		},
		"our fault": {
			func(context.Context, io.Writer) error { return errors.New("secret") },
			nbhosting.JobFailed, nbhosting.Errorf(nbhosting.Internal, "%s", nbhosting.MessageOf(errors.New(""))),
		},
		"panic": {
			func(context.Context, io.Writer) error { panic("secret") },
			nbhosting.JobFailed, nbhosting.Errorf(nbhosting.Internal, "%s", nbhosting.MessageOf(errors.New(""))),
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newSite(t).manager()
			_, j := follow(t, m, submit(t, m, job.Request{Work: c.work}), 0)
			if j.State != c.state || fmt.Sprint(j.Err()) != fmt.Sprint(c.err) && c.err != nil || (c.err == nil) != (j.Err() == nil) {
				t.Errorf("got %s, %v", j.State, j.Err())
			}
			if j.StartedAt.Before(j.CreatedAt) || j.EndedAt.Before(j.StartedAt) {
				t.Errorf("times are odd: %v", j)
			}
		})
	}
}

func TestManyFollowTheLogWhileItGrows(t *testing.T) {
	m := newSite(t).manager()
	lines := make(chan string)
	id := submit(t, m, job.Request{Work: func(_ context.Context, log io.Writer) error {
		for line := range lines {
			io.WriteString(log, line)
		}
		return nil
	}})
	heard := make(chan string)
	var viewers sync.WaitGroup
	for range 5 {
		viewers.Go(func() {
			_, err := m.Follow(t.Context(), id, 0, func(p job.Progress) error {
				if p.Text != "" {
					heard <- p.Text
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, say := range []struct{ piece, want string }{{"one\n", "one\n"}, {"half", ""}, {" a line\n", "half a line\n"}} {
		lines <- say.piece
		for i := 0; i < 5 && say.want != ""; i++ {
			if got := <-heard; got != say.want {
				t.Errorf("got %q, want %q", got, say.want)
			}
		}
	}
	close(lines)
	viewers.Wait()
	if text, _ := follow(t, m, id, 4); text != "half a line\n" {
		t.Errorf("from an offset on: %q", text)
	}
}

func TestAFollowerLeaves(t *testing.T) {
	m := newSite(t).manager()
	release := make(chan struct{})
	defer close(release)
	running := make(chan string, 1)
	id := submit(t, m, job.Request{Work: held("a", running, release)})
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := m.Follow(ctx, id, 0, func(job.Progress) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if j, err := m.Job(id); err != nil || j.State != nbhosting.JobRunning {
		t.Errorf("the job went with its viewer: %v, %v", j, err)
	}
}

func TestJobsOfOneKeyRunInTurn(t *testing.T) {
	m := newSite(t).manager(func(o *job.Options) { o.Parallel = map[nbhosting.JobKind]int{nbhosting.JobPull: 9} })
	var at, most atomic.Int32
	var order []int
	var ids []nbhosting.JobID
	for i := range 5 {
		ids = append(ids, submit(t, m, job.Request{Keys: []string{"tour"}, Work: func(context.Context, io.Writer) error {
			most.Store(max(most.Load(), at.Add(1)))
			order = append(order, i) // a race if they overlap
			at.Add(-1)
			return nil
		}}))
	}
	for _, id := range ids {
		follow(t, m, id, 0)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4}, order); diff != "" || most.Load() != 1 {
		t.Errorf("%d at a time, %s", most.Load(), diff)
	}
}

func TestAKindIsBounded(t *testing.T) {
	m := newSite(t).manager(func(o *job.Options) { o.Parallel = map[nbhosting.JobKind]int{nbhosting.JobPull: 2} })
	running, release := make(chan string, 9), make(chan struct{})
	var ids []nbhosting.JobID
	for _, course := range []string{"a", "b", "c", "d"} {
		ids = append(ids, submit(t, m, job.Request{Course: nbhosting.CourseName(course), Keys: []string{course}, Work: held(course, running, release)}))
	}
	other := submit(t, m, job.Request{Kind: nbhosting.JobImage, Work: say("beside them")})
	if _, j := follow(t, m, other, 0); j.State != nbhosting.JobSucceeded {
		t.Errorf("a job of another kind: %s", j.State)
	}
	<-running
	<-running
	queued := m.Jobs(func(j nbhosting.Job) bool { return j.State == nbhosting.JobQueued })
	if len(queued) != 2 || len(running) != 0 {
		t.Errorf("%d wait", len(queued))
	}
	close(release)
	for _, id := range ids {
		if _, j := follow(t, m, id, 0); j.State != nbhosting.JobSucceeded {
			t.Errorf("%s: %s", j.Course, j.State)
		}
	}
}

func TestMerge(t *testing.T) {
	m := newSite(t).manager()
	running, release := make(chan string, 9), make(chan struct{})
	defer close(release)
	pull := job.Request{Course: "tour", Keys: []string{"tour"}, Merge: true, Work: held("tour", running, release)}
	first := submit(t, m, pull)
	<-running
	second, third := submit(t, m, pull), submit(t, m, pull)
	if first == second || second != third {
		t.Errorf("got %s, %s, %s: only one that waits will see what is new", first, second, third)
	}
	pull.Course = "other"
	if got := submit(t, m, pull); got == second {
		t.Error("another course's pull is merged")
	}
}

func TestCancel(t *testing.T) {
	m := newSite(t).manager()
	running, release := make(chan string, 9), make(chan struct{})
	defer close(release)
	runs := submit(t, m, job.Request{Keys: []string{"k"}, Work: held("a", running, release)})
	waits := submit(t, m, job.Request{Keys: []string{"k"}, Work: held("b", running, release)})
	<-running
	for _, id := range []nbhosting.JobID{waits, runs} {
		if err := m.Cancel(id); err != nil {
			t.Error(err)
		}
		if _, j := follow(t, m, id, 0); j.State != nbhosting.JobCancelled || j.Err() == nil {
			t.Errorf("got %s", j.State)
		}
	}
	if err := m.Cancel(runs); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("of one that has ended: %v", err)
	}
	if err := m.Cancel("nonsense"); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("of none: %v", err)
	}
	if len(running) != 0 {
		t.Error("a cancelled job ran")
	}
}

func TestQuietJobsThatFindNothingAreForgotten(t *testing.T) {
	s := newSite(t)
	m := s.manager()
	id := submit(t, m, job.Request{Quiet: true, Work: func(context.Context, io.Writer) error { return job.ErrNothing }})
	kept := submit(t, m, job.Request{Quiet: true, Work: say("something")})
	follow(t, m, kept, 0)
	if _, err := m.Job(id); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("got %v", err)
	}
	files, err := os.ReadDir(s.logs())
	if err != nil || len(files) != 1 || files[0].Name() != string(kept)+".log" {
		t.Errorf("logs: %v, %v", files, err)
	}
}

func TestWhatGoesWrongAgainAndAgainIsKeptOnce(t *testing.T) {
	m := newSite(t).manager()
	fail := func(quiet bool, text string) nbhosting.JobID {
		id := submit(t, m, job.Request{Course: "tour", Quiet: quiet, Work: func(context.Context, io.Writer) error {
			return nbhosting.Errorf(nbhosting.Invalid, "%s", text)
		}})
		follow(t, m, id, 0)
		return id
	}
	asked := fail(false, "one")
	fail(true, "one")
	second := fail(true, "one")
	other := fail(true, "two")
	var left []nbhosting.JobID
	for _, j := range m.Jobs(func(nbhosting.Job) bool { return true }) {
		left = append(left, j.ID)
	}
	slices.Sort(left)
	want := []nbhosting.JobID{asked, second, other}
	slices.Sort(want)
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}

func TestOldJobsAreForgotten(t *testing.T) {
	m := newSite(t).manager(func(o *job.Options) { o.Keep = 3 })
	var last nbhosting.JobID
	for i := range 6 {
		last = submit(t, m, job.Request{Course: "tour", Work: say(fmt.Sprint(i))})
		follow(t, m, last, 0)
	}
	other := submit(t, m, job.Request{Course: "other", Work: say("")})
	follow(t, m, other, 0)
	jobs := m.Jobs(func(j nbhosting.Job) bool { return j.Course == "tour" })
	if len(jobs) != 3 || jobs[0].ID != last {
		t.Errorf("got %v", jobs)
	}
}
