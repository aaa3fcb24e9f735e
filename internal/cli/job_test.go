package cli_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

// TestJobsByTheCommandLine follows and cancels a job whose remote hangs.
func TestJobsByTheCommandLine(t *testing.T) {
	asked := make(chan struct{}, 10)
	hung := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer hung.Close()
	s := apptest.New(t)
	s.Serve()
	file := configFile(t, s.Config.Root)
	id := strings.TrimSpace(good(t, "--config", file, "course", "create", "tour", hung.URL+"/tour.git", "--detach"))
	<-asked
	for _, args := range [][]string{{}, {"--course", "tour"}, {"--kind", "create"}, {"--state", "running"}} {
		listed := good(t, append([]string{"--config", file, "job", "list"}, args...)...)
		if lines := strings.Split(listed, "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], id+"  create  tour    -        running  ") {
			t.Errorf("%q: got\n%s", args, listed)
		}
	}
	if listed := good(t, "--config", file, "job", "list", "--state", "failed", "--json"); listed != "[]\n" {
		t.Errorf("got %s", listed)
	}
	followed := make(chan result)
	go func() { followed <- runUntil(t.Context(), "--config", file, "job", "follow", id) }()
	good(t, "--config", file, "job", "cancel", id)
	if r := <-followed; r.code != 1 || r.stderr != "nbhosting: The job was cancelled.\n" {
		t.Errorf("got %+v", r)
	}
	shown := good(t, "--config", file, "job", "show", id)
	for _, part := range []string{id, "create", "tour", "cancelled"} {
		if !strings.Contains(shown, part) {
			t.Errorf("%s is not in\n%s", part, shown)
		}
	}
	bad(t, "--config", file, "job", "cancel", id) // it has ended
	for _, args := range [][]string{{"show"}, {"follow"}, {"cancel"}} {
		bad(t, append(append([]string{"--config", file, "job"}, args...), "no/such")...)
	}
}

func TestTheLogOfAJobThatHasEnded(t *testing.T) {
	s := apptest.New(t)
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"a.md": ""}))
	s.Serve()
	file := configFile(t, s.Config.Root)
	id, _, _ := strings.Cut(strings.Split(good(t, "--config", file, "job", "list"), "\n")[1], " ")
	if log := good(t, "--config", file, "job", "follow", id); !strings.Contains(log, "published ") {
		t.Errorf("got %s", log)
	}
	lines := strings.Split(strings.TrimSpace(good(t, "--config", file, "job", "follow", id, "--json")), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"job":{"id":"`+id+`"`) || !strings.Contains(last, `"state":"succeeded"`) {
		t.Errorf("got %s", last)
	}
}

// TestFollowingLeavesAJobAlone interrupts who follows, not the job.
func TestFollowingLeavesAJobAlone(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusNotFound)
	}))
	defer slow.Close()
	s := apptest.New(t)
	s.Serve()
	file := configFile(t, s.Config.Root)
	id := strings.TrimSpace(good(t, "--config", file, "course", "create", "tour", slow.URL+"/tour.git", "-d"))
	ctx, interrupt := contextThatEnds(t)
	followed := make(chan result)
	go func() { followed <- runUntil(ctx, "--config", file, "job", "follow", id) }()
	for !strings.Contains(good(t, "--config", file, "job", "list", "--state", "running"), id) {
		time.Sleep(time.Millisecond)
	}
	interrupt()
	if r := <-followed; r.code != 1 || !strings.Contains(r.stderr, "interrupted") {
		t.Errorf("got %+v", r)
	}
	if listed := good(t, "--config", file, "job", "list", "--state", "running"); !strings.Contains(listed, id) {
		t.Errorf("got\n%s", listed)
	}
	close(release)
	if r := run(t, "--config", file, "job", "follow", id); r.code != 1 || !strings.Contains(r.stderr, "There is no repository at") {
		t.Errorf("got %+v", r)
	}
}
