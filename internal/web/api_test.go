package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

// callJSON asks the API and reads its answer.
func callJSON[T any](s site, method, path string) (status int, result T) {
	s.t.Helper()
	status, body := s.Call(method, path, "")
	if err := json.Unmarshal([]byte(body), &result); err != nil {
		s.t.Fatalf("%s: %v", body, err)
	}
	return status, result
}

func TestCoursesByTheAPI(t *testing.T) {
	s := site{apptest.New(t), t}
	if status, courses := callJSON[[]course.Summary](s, http.MethodGet, "/api/courses"); status != http.StatusOK || courses == nil || len(courses) != 0 {
		t.Errorf("of no course: %d %v", status, courses)
	}
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	log, end, err := s.Run(http.MethodPost, "/api/courses", `{"name": "tour", "giturl": "`+repository+`", "image": "lab/tour:1"}`)
	if err != nil || end.Err() != nil || !strings.Contains(log, "cloning "+repository+"\n") || !strings.Contains(log, "\npublished ") {
		t.Errorf("got %v, %v, log:\n%s", err, end, log)
	}
	if log, end, err = s.Run(http.MethodPost, "/api/courses/tour/pull", ""); err != nil || end.Err() != nil || !strings.Contains(log, "nothing new") {
		t.Errorf("got %+v, log:\n%s", end, log)
	}
	_, details := callJSON[map[string]any](s, http.MethodGet, "/api/courses/tour")
	revision, _ := details["revision"].(map[string]any)
	commit, _ := revision["commit"].(string)
	if details["name"] != "tour" || len(commit) != 40 {
		t.Errorf("got %v", details)
	}
	_, courses := callJSON[[]course.Summary](s, http.MethodGet, "/api/courses")
	if diff := cmp.Diff([]course.Summary{{Name: "tour", GitURL: repository, Branch: "main", Image: "lab/tour:1", Commit: commit}}, courses,
		cmpopts.IgnoreFields(course.Summary{}, "PublishedAt")); diff != "" {
		t.Error(diff)
	}
}

func TestServersByTheAPI(t *testing.T) {
	s := newSite(t)
	_, secret, _ := split(t, s.open(intro))
	_, lines := callJSON[[]web.ServerLine](s, http.MethodGet, "/api/servers")
	if len(lines) != 1 || lines[0].Student != "alice" || lines[0].State != "ready" || lines[0].Image != "tour" || len(lines[0].Revision) != 40 {
		t.Errorf("got %+v", lines)
	}
	if _, body := s.Call(http.MethodGet, "/api/servers", ""); strings.Contains(body, secret) {
		t.Errorf("the secret is told: %s", body)
	}
	for _, runs := range []bool{true, false} { // a server that is stopped can be stopped
		status, stop := callJSON[web.ServerStop](s, http.MethodDelete, "/api/servers/tour/alice")
		if want := (web.ServerStop{Course: "tour", Student: "alice", Stopped: runs}); status != http.StatusOK || stop != want {
			t.Errorf("got %d %+v, want %+v", status, stop, want)
		}
	}
	if _, lines := callJSON[[]web.ServerLine](s, http.MethodGet, "/api/servers"); lines == nil || len(lines) != 0 {
		t.Errorf("got %+v", lines)
	}
}

func TestErrorsOfTheAPI(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{http.MethodGet, "/api/courses/absent", http.StatusNotFound, "not-found"},
		{http.MethodGet, "/api/courses/a%20b", http.StatusBadRequest, "invalid"},
		{http.MethodDelete, "/api/servers/tour/a%2Fb", http.StatusBadRequest, "invalid"},
		{http.MethodDelete, "/api/servers/-x/alice", http.StatusBadRequest, "invalid"},
		{http.MethodGet, "/api/nothing", http.StatusNotFound, "not-found"},
		{http.MethodDelete, "/api/courses", http.StatusNotFound, "not-found"},
		{http.MethodGet, "/", http.StatusNotFound, "not-found"},
	} {
		status, e := callJSON[web.APIError](s, c.method, c.path)
		if status != c.status || e.Kind != c.kind || e.Message == "" {
			t.Errorf("%s %s: got %d %+v", c.method, c.path, status, e)
		}
	}
}

func TestErrorsOfJobs(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct{ path, body, kind string }{
		{"/api/courses", "", "invalid"},
		{"/api/courses", "{", "invalid"},
		{"/api/courses", "[]", "invalid"},
		{"/api/courses", `{"name": "c", "giturl": "/nowhere", "colour": "red"}`, "invalid"},
		{"/api/courses", `{"name": 1}`, "invalid"},
		{"/api/courses", `{"name": "` + strings.Repeat("x", 2<<20) + `"}`, "invalid"},
		{"/api/courses", `{"name": "../x", "giturl": "/nowhere"}`, "invalid"},
		{"/api/courses", `{"name": "c", "giturl": "nowhere"}`, "invalid"},
		{"/api/courses", `{"name": "c", "giturl": "/nowhere"}`, "not-found"},
		{"/api/courses", `{"name": "c", "giturl": "/nowhere", "image": "two words"}`, "invalid"},
		{"/api/courses", `{"name": "tour", "giturl": "/nowhere"}`, "conflict"},
		{"/api/courses/absent/pull", "", "not-found"},
		{"/api/courses/a%20b/pull", "", "invalid"},
		{"/api/images/core", `{"base": "auto"}`, "invalid"}, // the runtime has no images
		{"/api/images/core", `{"colour": "red"}`, "invalid"},
	} {
		_, end, err := s.Run(http.MethodPost, c.path, c.body)
		if err == nil {
			err = end.Err()
		}
		if err == nil || nbhosting.KindOf(err).String() != c.kind || err.Error() == "" {
			t.Errorf("%s %.80s: got %+v", c.path, c.body, err)
		}
	}
}

func TestAPasswordDoesNotComeBack(t *testing.T) {
	s := site{apptest.New(t), t}
	log, end, err := s.Run(http.MethodPost, "/api/courses", `{"name": "c", "giturl": "http://ada:s3cret@127.0.0.1:1/c.git"}`)
	if err != nil || end.Err() == nil || strings.Contains(end.Error+log, "s3cret") || strings.Contains(s.Log.String(), "s3cret") {
		t.Errorf("got %v, %v, log:\n%s", err, end, s.Log)
	}
}
