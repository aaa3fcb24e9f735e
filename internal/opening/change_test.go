package opening_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

func quiet(opening.Step, opening.Wait) {}

func TestARenameWaitsForAnOpeningAndLetsNoneIn(t *testing.T) {
	b := newBench(t, map[string]string{"intro.md": "hello"})
	b.Courses.Servers = b.Servers
	starting, release := make(chan struct{}, 2), make(chan struct{})
	b.engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error {
		starting <- struct{}{}
		<-release
		return nil
	}})
	opened, left := make(chan error, 1), make(chan error, 1)
	leave, gone := context.WithCancel(t.Context())
	go func() {
		_, err := b.Open(leave, launchOf("intro"), quiet)
		opened <- err
	}()
	<-starting
	gone() // the server goes on starting
	go func() {
		left <- b.Courses.Rename(t.Context(), "tour", "new", course.RenameOptions{Force: true}, io.Discard)
	}()
	bob := nbhosting.Launch{Course: "tour", Notebook: "intro", Student: "bob"}
	for {
		_, err := b.Courses.Course(t.Context(), "tour")
		if nbhosting.KindOf(err) == nbhosting.Unavailable {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := b.Open(t.Context(), bob, quiet); nbhosting.KindOf(err) != nbhosting.Unavailable {
		t.Errorf("bob came in: %v", err)
	}
	close(release)
	<-opened
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	b.engine.Fail(fake.Failures{})
	if running := b.Servers.Servers(); len(running) != 0 {
		t.Errorf("servers run: %v", running)
	}
	if text, err := os.ReadFile(filepath.Join(b.root, "students/alice/new/intro.md")); err != nil || string(text) != "hello" {
		t.Errorf("got %q, %v", text, err)
	}
	for _, dir := range []string{"students/alice/tour", "students/bob", "raw/tour"} {
		if _, err := os.Lstat(filepath.Join(b.root, dir)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := b.Open(t.Context(), nbhosting.Launch{Course: "new", Notebook: "intro", Student: "alice"}, quiet); err != nil {
		t.Error(err)
	}
}

func TestOpeningsWhileACourseIsRenamedOverAndOver(t *testing.T) {
	b := newBench(t, map[string]string{"intro.md": "hello"})
	b.Courses.Servers = b.Servers
	names := []nbhosting.CourseName{"tour", "new"}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			for j := 0; ctx.Err() == nil; j++ {
				launch := nbhosting.Launch{Course: names[j%2], Notebook: "intro", Student: nbhosting.Student(fmt.Sprint("s", i))}
				_, err := b.Open(t.Context(), launch, quiet)
				if kind := nbhosting.KindOf(err); err != nil && kind != nbhosting.NotFound && kind != nbhosting.Unavailable {
					t.Errorf("%+v: %v", launch, err)
				}
			}
		})
	}
	for i := range 10 {
		if err := b.Courses.Rename(t.Context(), names[i%2], names[(i+1)%2], course.RenameOptions{Force: true}, io.Discard); err != nil {
			t.Error(err)
		}
	}
	stop()
	wg.Wait()
	for _, s := range b.Servers.Servers() {
		if s.Key.Course != "tour" {
			t.Errorf("a server of %s runs", s.Key)
		}
	}
	for _, dir := range []string{"students/*", "raw", "revisions", "courses"} {
		if found, err := filepath.Glob(filepath.Join(b.root, dir, "new")); err != nil || len(found) > 0 {
			t.Errorf("left: %q, %v", found, err)
		}
	}
}
