package cli_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

func TestOneFailureDoesNotStopTheOthers(t *testing.T) {
	s := apptest.New(t)
	gone := apptest.Repository(t, map[string]string{"a.md": ""})
	s.CreateCourse("b", gone)
	for _, name := range []string{"a", "c"} {
		s.CreateCourse(name, apptest.Repository(t, map[string]string{"a.md": ""}))
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	file := configFile(t, s.Config.Root)
	stop := s.Serve()
	for _, serving := range []bool{true, false} {
		if !serving {
			stop()
			if err := s.App.Close(); err != nil {
				t.Fatal(err)
			}
		}
		r := run(t, "--config", file, "course", "pull", "--all")
		if r.code != 1 {
			t.Errorf("got %+v", r)
		}
		var headings []string
		for line := range strings.Lines(r.stdout) {
			if strings.HasPrefix(line, "== ") {
				headings = append(headings, strings.TrimSpace(line))
			}
		}
		if want := []string{"== a", "== b", "== c"}; !slices.Equal(headings, want) {
			t.Errorf("got %q", headings)
		}
		if !strings.HasPrefix(r.stderr, "b: There is no repository at ") || !strings.HasSuffix(r.stderr, "\nnbhosting: 1 of 3 failed: b.\n") {
			t.Errorf("got %s", r.stderr)
		}
		if r := run(t, "--config", file, "course", "pull", "a", "c"); r.code != 0 || !strings.HasSuffix(r.stdout, "== all 2 done\n") {
			t.Errorf("got %+v", r)
		}
	}
}

func TestManyJobsAsJSON(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["POST /api/courses/py/pull"] = `{"kind": "conflict", "message": "Not now."}`
	r := run(t, "--config", f.file, "course", "pull", "bio", "py", "--json")
	var outcomes []struct {
		About string
		Job   *struct{ ID, State string }
		Error *struct{ Kind, Message string }
	}
	if err := json.Unmarshal([]byte(r.stdout), &outcomes); err != nil {
		t.Fatal(err)
	}
	if len(outcomes) != 2 || outcomes[0].Job.State != "succeeded" || outcomes[0].Error != nil || outcomes[1].Job != nil || outcomes[1].Error.Message != "Not now." {
		t.Errorf("got %s", r.stdout)
	}
	if want := `{"error":{"kind":"conflict","message":"1 of 2 failed: py."}}` + "\n"; r.code != 1 || r.stderr != want {
		t.Errorf("got %+v", r)
	}
}

// TestInterruptingManyJobsCancelsThemAll lets no job end by itself.
func TestInterruptingManyJobsCancelsThemAll(t *testing.T) {
	root := t.TempDir()
	f := &fakeAPI{file: configFile(t, root), answers: map[string]string{"GET /api/courses": threeCourses}}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var mu sync.Mutex
	cancelled := map[string]chan struct{}{}
	endOf := func(job string) chan struct{} {
		mu.Lock()
		defer mu.Unlock()
		if cancelled[job] == nil {
			cancelled[job] = make(chan struct{})
		}
		return cancelled[job]
	}
	mux := http.NewServeMux()
	mux.Handle("/", f)
	mux.HandleFunc("GET /api/jobs/{job}/events", func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		select {
		case <-endOf(r.PathValue("job")):
			f.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("DELETE /api/jobs/{job}", func(w http.ResponseWriter, r *http.Request) {
		close(endOf(r.PathValue("job")))
		w.Write([]byte("{}"))
	})
	listener, err := unixsock.Listen(filepath.Join(root, "nbhosting.sock"))
	if err != nil {
		t.Fatal(err)
	}
	f.serve(t, listener, mux)
	if r := runUntil(ctx, "--config", f.file, "course", "pull", "--all"); r.code != 1 || !strings.Contains(r.stderr, "interrupted") {
		t.Errorf("got %+v", r)
	}
	for _, course := range []string{"bio", "py", "python3"} {
		select {
		case <-endOf("job-courses-" + course + "-pull"):
		default:
			t.Errorf("the job of %s goes on", course)
		}
	}
}

func TestJobsDoNotOutliveACommandThatNobodyServes(t *testing.T) {
	s := apptest.New(t)
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"a.md": ""}))
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	file := configFile(t, s.Config.Root)
	for _, args := range [][]string{{"course", "pull", "tour"}, {"course", "create", "new", "/x"}, {"build-core-images"}} {
		if said := bad(t, append(args, "--config", file, "--detach")...); !strings.Contains(said, "Leave out --detach") {
			t.Errorf("%q: got %s", args, said)
		}
	}
	if _, err := os.Stat(app.AdminSocket(s.Config)); err == nil {
		t.Error("somebody serves")
	}
}
