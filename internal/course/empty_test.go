package course_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// servers run for students of the course tour, until they are stopped.
type servers struct {
	mu      sync.Mutex
	running []nbhosting.Student
	stopped []nbhosting.Key
	known   error
	stop    error
}

func (s *servers) Running(name nbhosting.CourseName) ([]nbhosting.Student, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name != tour {
		return nil, s.known
	}
	return append([]nbhosting.Student(nil), s.running...), s.known
}

func (s *servers) Stop(_ context.Context, key nbhosting.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return s.stop
	}
	s.stopped = append(s.stopped, key)
	s.running = s.running[1:]
	return nil
}

func TestACourseWithRunningServersIsRefused(t *testing.T) {
	s := lived(t)
	run := &servers{running: []nbhosting.Student{"alice", "bob"}}
	s.Servers = run
	want := s.all()
	for _, change := range changes {
		sitetest.WantKind(t, change(t.Context(), s.Catalog, io.Discard), nbhosting.Conflict)
	}
	run.stop = nbhosting.Errorf(nbhosting.Unavailable, "It cannot be stopped.")
	sitetest.WantKind(t, s.Rename(t.Context(), tour, "new", course.RenameOptions{Force: true}, io.Discard), nbhosting.Unavailable)
	run.known = nbhosting.Errorf(nbhosting.Unavailable, "What runs is not known.")
	sitetest.WantKind(t, s.Delete(t.Context(), tour, course.DeleteOptions{Force: true}, io.Discard), nbhosting.Unavailable)
	s.wantAll(want)
	if _, err := s.Course(t.Context(), tour); err != nil {
		t.Errorf("it stays closed: %v", err)
	}
}

func TestForceStopsTheServersOfTheCourse(t *testing.T) {
	s := lived(t)
	run := &servers{}
	var want []nbhosting.Key
	for i := range 20 {
		student := nbhosting.Student(fmt.Sprint("s", i))
		run.running = append(run.running, student)
		want = append(want, nbhosting.Key{Course: tour, Student: student})
	}
	s.Servers = run
	if err := s.Rename(t.Context(), tour, "new", course.RenameOptions{Force: true}, io.Discard); err != nil {
		t.Fatal(err)
	}
	seen := map[nbhosting.Key]bool{}
	for _, key := range run.stopped {
		seen[key] = true
	}
	if len(seen) != len(want) || len(run.running) != 0 {
		t.Errorf("stopped: %v", run.stopped)
	}
}

func TestAServerThatCouldNotBeRemovedKeepsItsCourse(t *testing.T) {
	s := lived(t)
	left := nbhosting.Server{ID: "left", Key: nbhosting.Key{Course: tour, Student: "alice"}, State: nbhosting.Stopping}
	if err := s.db().SaveServer(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	want := s.all()
	want["trash"] = "drwx------"
	for _, change := range changes {
		sitetest.WantKind(t, change(t.Context(), s.Catalog, io.Discard), nbhosting.Conflict)
	}
	s.wantAll(want)
}

func TestAChangeWaitsForThoseInside(t *testing.T) {
	s := lived(t)
	done, err := s.Use(tour)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Use(tour)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Use(neighbour)
	if err != nil {
		t.Fatal(err)
	}
	defer other()
	ended := make(chan error, 1)
	go func() {
		_, err := s.rename("new")
		ended <- err
	}()
	s.awaitClosed(tour)
	second()
	second() // once more is no harm
	select {
	case err := <-ended:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	done()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, name := range []nbhosting.CourseName{tour, "new"} {
		done, err := s.Use(name)
		if err != nil {
			t.Errorf("%s stays closed: %v", name, err)
			continue
		}
		done()
	}
}

// awaitClosed returns once nobody is let into a course any more.
func (s site) awaitClosed(name nbhosting.CourseName) {
	s.T.Helper()
	for !s.isClosed(name) {
		time.Sleep(time.Millisecond)
	}
}

func (s site) isClosed(name nbhosting.CourseName) bool {
	s.T.Helper()
	done, err := s.Use(name)
	if err != nil {
		sitetest.WantKind(s.T, err, nbhosting.Unavailable)
		return true
	}
	done()
	return false
}

func TestWhoGivesUpWaitingLeavesTheCourseOpen(t *testing.T) {
	s := lived(t)
	done, err := s.Use(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	want := s.all()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Rename(ctx, tour, "new", course.RenameOptions{}, io.Discard) }()
	s.awaitClosed(tour)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	again, err := s.Use(tour)
	if err != nil {
		t.Fatal(err)
	}
	again()
	s.wantAll(want)
}

func TestAChangeIsDoneToItsEndThoughItsCallerLeaves(t *testing.T) {
	before := lived(t)
	for name, change := range changes {
		_, want := before.undisturbed(t, name)
		s := before.copied(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.OnStep(func(string) error { cancel(); return nil })
		if err := change(ctx, s.Catalog, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.wantAll(want)
	}
}

func TestChangesAtOnce(t *testing.T) {
	s := lived(t)
	want := s.all()
	names := []nbhosting.CourseName{tour, "a", "b", "c"}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				old, name := names[(i+j)%len(names)], names[(i*3+j*2+1)%len(names)]
				err := s.Rename(t.Context(), old, name, course.RenameOptions{}, io.Discard)
				if _, known := errors.AsType[*nbhosting.Error](err); err != nil && !known {
					t.Errorf("%s to %s: %v", old, name, err)
				}
			}
		})
	}
	wg.Wait()
	all, err := s.Courses(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("got %+v, %v", all, err)
	}
	now := all[0].Name
	if now == neighbour {
		now = all[1].Name
	}
	if now != tour {
		if err := s.Rename(t.Context(), now, tour, course.RenameOptions{}, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	s.wantAll(want)
}

func TestSettleWaitsForAChange(t *testing.T) {
	s := lived(t)
	reached, release := make(chan struct{}), make(chan struct{})
	s.OnStep(func(step string) error {
		if step == "begin" {
			close(reached)
			<-release
		}
		return nil
	})
	ended := make(chan error, 1)
	go func() {
		_, err := s.rename("new")
		ended <- err
	}()
	<-reached
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s.Settle(soon)
	if soon.Err() == nil {
		t.Error("it did not wait")
	}
	close(release)
	s.Settle(t.Context())
	if _, err := s.Course(t.Context(), "new"); err != nil {
		t.Errorf("it did not wait for the end: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
