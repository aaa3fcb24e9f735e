package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

func TestJobsByTheAPI(t *testing.T) {
	s := newSite(t) // has created the course "tour"
	s.CreateCourse("other", apptest.Repository(t, map[string]string{"a.md": ""}))
	_, pulled, err := s.Run(http.MethodPost, "/api/courses/other/pull", "")
	if err != nil || pulled.Kind != nbhosting.JobPull || pulled.Course != "other" {
		t.Fatalf("got %v, %v", pulled, err)
	}
	for query, want := range map[string]int{
		"": 3, "?course=other": 2, "?course=other&kind=pull": 1, "?state=running": 0, "?kind=create": 2, "?course=absent": 0,
	} {
		status, jobs := callJSON[[]nbhosting.Job](s, http.MethodGet, "/api/jobs"+query)
		if status != http.StatusOK || len(jobs) != want || jobs == nil {
			t.Errorf("%s: got %d %v, want %d", query, status, jobs, want)
		}
	}
	_, jobs := callJSON[[]nbhosting.Job](s, http.MethodGet, "/api/jobs")
	if jobs[0].ID != pulled.ID {
		t.Errorf("the newest is not the first of %v", jobs)
	}
	if _, j := callJSON[nbhosting.Job](s, http.MethodGet, "/api/jobs/"+string(pulled.ID)); j.ID != pulled.ID || !j.Ended() {
		t.Errorf("got %v", j)
	}
	if status, body := s.Call(http.MethodDelete, "/api/jobs/"+string(pulled.ID), ""); status != http.StatusConflict {
		t.Errorf("an ended job is cancelled: %d %s", status, body)
	}
	for _, path := range []string{"/api/jobs/absent", "/api/jobs/absent/events", "/api/jobs/..%2Fx/events"} {
		if status, body := s.Call(http.MethodGet, path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// A browser that was cut off says how far it got.
func TestAJobIsFollowedFromWhereOneWas(t *testing.T) {
	s := newSite(t)
	log, j, err := s.Run(http.MethodPost, "/api/courses/tour/pull", "")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/jobs/"+string(j.ID)+"/events", nil)
	r.Header.Set("Last-Event-ID", "9")
	rest := httptest.NewRecorder()
	s.App.API().ServeHTTP(rest, r)
	if got := rest.Header().Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("it is %s", got)
	}
	if want := strings.TrimSuffix(log[9:], "\n"); !strings.Contains(rest.Body.String(), `"log":"`+strings.ReplaceAll(want, "\n", `\n`)) {
		t.Errorf("got %s of a log\n%s", rest.Body, log)
	}
}

func TestAJobIsCancelled(t *testing.T) {
	asked, hung := make(chan struct{}, 9), make(chan struct{})
	remote := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hung
	}))
	defer remote.Close()
	defer close(hung)
	s := site{apptest.New(t), t}
	go func() {
		<-asked
		for _, j := range callJSONs(s) {
			s.Call(http.MethodDelete, "/api/jobs/"+string(j.ID), "")
		}
	}()
	_, ended, err := s.Run(http.MethodPost, "/api/courses", `{"name": "tour", "giturl": "`+remote.URL+`/tour.git"}`)
	if err != nil || ended.State != nbhosting.JobCancelled {
		t.Errorf("got %v, %v", ended, err)
	}
	if status, body := s.Call(http.MethodGet, "/api/courses/tour", ""); status != http.StatusNotFound {
		t.Errorf("what it had begun stays: %d %s", status, body)
	}
}

func callJSONs(s site) []nbhosting.Job {
	_, jobs := callJSON[[]nbhosting.Job](s, http.MethodGet, "/api/jobs?state=running")
	return jobs
}
