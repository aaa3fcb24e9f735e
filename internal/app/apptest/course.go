package apptest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// CreateCourse publishes a course of the repository at giturl.
func (s *Site) CreateCourse(name, giturl string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "giturl": giturl})
	if err != nil {
		s.t.Fatal(err)
	}
	status, answer := s.Call(http.MethodPost, "/api/courses", string(body))
	if status != http.StatusOK || !strings.HasSuffix(answer, `{"done":true}`+"\n") {
		s.t.Fatalf("got %d %s", status, answer)
	}
}
