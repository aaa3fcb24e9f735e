package apptest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Repository makes a git repository of the files in a map, by their paths.
func Repository(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "repository")
	Commit(t, dir, files)
	return dir
}

// Commit adds files to a repository, or makes it.
func Commit(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := (git.Runner{}).Snapshot(t.Context(), dir, "change"); err != nil {
		t.Fatal(err)
	}
}

// Call sends a request to the API and returns status and body of the answer.
func (s *Site) Call(method, path, body string) (status int, answer string) {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.App.API().ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// Run asks the API for a job, and returns its log and how it ended; an error is
// what kept the job from being taken.
func (s *Site) Run(method, path, body string) (log string, ended nbhosting.Job, err error) {
	s.t.Helper()
	status, answer := s.Call(method, path, body)
	if status != http.StatusAccepted {
		var refused struct{ Kind, Message string }
		if err := json.Unmarshal([]byte(answer), &refused); err != nil {
			s.t.Fatalf("got %d %s", status, answer)
		}
		return "", nbhosting.Job{}, nbhosting.Errorf(nbhosting.KindNamed(refused.Kind), "%s", refused.Message)
	}
	var asked nbhosting.Job
	if err := json.Unmarshal([]byte(answer), &asked); err != nil {
		s.t.Fatalf("%s: %v", answer, err)
	}
	log, ended = s.Follow(asked.ID)
	return log, ended, nil
}

// Follow waits for the end of a job, and returns its log and how it ended.
func (s *Site) Follow(id nbhosting.JobID) (log string, ended nbhosting.Job) {
	s.t.Helper()
	status, stream := s.Call(http.MethodGet, "/api/jobs/"+string(id)+"/events", "")
	if status != http.StatusOK {
		s.t.Fatalf("got %d %s", status, stream)
	}
	for line := range strings.Lines(stream) {
		data, found := strings.CutPrefix(line, "data: ")
		if !found {
			continue
		}
		var event struct {
			Job nbhosting.Job
			Log string
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			s.t.Fatalf("%s: %v", data, err)
		}
		log, ended = log+event.Log, event.Job
	}
	return log, ended
}

// CreateCourse publishes a course of the repository at giturl.
func (s *Site) CreateCourse(name, giturl string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "giturl": giturl})
	if err != nil {
		s.t.Fatal(err)
	}
	log, ended, err := s.Run(http.MethodPost, "/api/courses", string(body))
	if err != nil || ended.State != nbhosting.JobSucceeded {
		s.t.Fatalf("got %v, %v, log:\n%s", err, ended, log)
	}
}

// PullCourse publishes what was committed to a course's repository.
func (s *Site) PullCourse(name string) {
	s.t.Helper()
	if log, _, err := s.Run(http.MethodPost, "/api/courses/"+name+"/pull", ""); err != nil {
		s.t.Fatalf("pull %s: %v\n%s", name, err, log)
	}
}
