package build_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestAScriptThatTakesTooLong(t *testing.T) {
	s := newSite(t, book("echo begun\nsleep 600"), func(o *build.Options) { o.Timeout = 2 * time.Second })
	if log := s.fails(nbhosting.Timeout, "longer than 2s"); !strings.Contains(log, "begun") {
		t.Errorf("the log is:\n%s", log)
	}
}

func TestAScriptThatFillsTheDisk(t *testing.T) {
	s := newSite(t, book("sleep 600"), func(o *build.Options) { o.MinFree = 1 << 60 })
	s.fails(nbhosting.Unavailable, "no room left on the disk")
}

// TestABuildThatIsCancelled waits until the script runs before it cancels it.
func TestABuildThatIsCancelled(t *testing.T) {
	s := newSite(t, book("echo begun\nsleep 600"))
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	_, err := s.Run(ctx, build.Request{Course: tour, ID: "book"}, writer(func(p []byte) {
		if strings.Contains(string(p), "begun") {
			cancel(enough)
		}
	}))
	if !errors.Is(err, enough) || nbhosting.KindOf(err) != nbhosting.Unavailable {
		t.Errorf("got %v", err)
	}
	s.wantNothingLeft()
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func TestWhatRunnersMeet(t *testing.T) {
	for name, c := range map[string]struct {
		exit    runtime.Exit
		err     error
		kind    nbhosting.Kind
		message string
	}{
		"no image":     {err: runtime.ErrNoImage, kind: nbhosting.NotFound, message: `image "its/image"`},
		"no engine":    {err: runtime.ErrUnavailable, kind: nbhosting.Unavailable, message: "does not answer"},
		"anything":     {err: errors.New("oh"), kind: nbhosting.Internal, message: "on our side"},
		"no memory":    {exit: runtime.Exit{Code: 137, OOMKilled: true}, kind: nbhosting.Invalid, message: "out of memory: it may use 512 MiB"},
		"it is killed": {exit: runtime.Exit{Code: 137}, kind: nbhosting.Invalid, message: "exit code 137"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, book("true"), on(stage{act: func(context.Context, runtime.Spec) (runtime.Exit, error) {
				return c.exit, c.err
			}}), func(o *build.Options) { o.Limits.MemoryBytes = 512 << 20 })
			s.fails(c.kind, c.message)
		})
	}
}

func TestAnImageThatIsNotThere(t *testing.T) {
	s := newSite(t, book("true"), func(o *build.Options) {
		o.Runner = stage{confined: true}
		o.ImageID = func(context.Context, string) (string, error) { return "", fmt.Errorf("no: %w", runtime.ErrNoImage) }
	})
	s.fails(nbhosting.NotFound, `image "its/image"`, "Build it first")
}

func TestOneAtATime(t *testing.T) {
	running, release := make(chan struct{}), make(chan struct{})
	s := newSite(t, settings("{name: a, id: book, script: 'true'}", "{name: b, script: 'true'}"), on(stage{act: func(_ context.Context, spec runtime.Spec) (runtime.Exit, error) {
		if spec.Labels["nbhosting.build"] == "book" {
			close(running)
			<-release
		}
		leave(t, spec, map[string]string{"_build/html/index.html": "x"})
		return runtime.Exit{}, nil
	}}))
	first := make(chan error)
	go func() {
		_, err := s.Run(t.Context(), build.Request{Course: tour, ID: "book"}, t.Output())
		first <- err
	}()
	<-running
	if _, _, err := s.try("book", true); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("the same build at once: got %v", err)
	}
	// Another one runs, and leaves the first one's directory alone.
	if built, log, err := s.try("b", false); !built || err != nil {
		t.Errorf("another build: got %v\n%s", err, log)
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	s.wantNothingLeft()
}

func TestWhatAKilledProgramLeft(t *testing.T) {
	s := newSite(t, book(page))
	for _, left := range []string{".work/xyz/work", "tour/book/.new-abc"} {
		dir := filepath.Join(s.root, "builds", left)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A result of the system that came before, which failed.
	r, err := s.catalog.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.Mkdir(filepath.Join(s.root, "builds/tour/book", r.Commit[:7]), 0o755); err != nil {
		t.Fatal(err)
	}
	s.build()
	if s.shown("index.html") == "" {
		t.Error("nothing is shown")
	}
	s.wantNothingLeft()
}
