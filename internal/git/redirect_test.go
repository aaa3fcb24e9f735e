package git_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

// elsewhere is a host that a remote may send us to. It serves the repository to
// whoever asks, and notes what it was told.
type elsewhere struct {
	*httptest.Server
	mu   sync.Mutex
	told []string
}

func newElsewhere(t *testing.T, a author) *elsewhere {
	t.Helper()
	e, backend := &elsewhere{}, backendOf(t, a)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		e.told = append(e.told, r.Method+" "+r.Header.Get("Authorization"))
		e.mu.Unlock()
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *elsewhere) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.told
}

// sender answers every request by sending elsewhere.
func sender(t *testing.T, to string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to+r.URL.RequestURI(), http.StatusMovedPermanently)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestPasswordsAreNotSentElsewhere(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	for _, user := range []string{"ada:t0ken@", "t0ken@"} {
		other := newElsewhere(t, a)
		url := strings.Replace(sender(t, other.URL), "://", "://"+user, 1) + "/source/.git"
		err := runner().Clone(t.Context(), url, filepath.Join(t.TempDir(), "course"))
		for _, told := range other.heard() {
			if strings.Contains(told, "Basic") {
				t.Errorf("the other host was told the password: %q", told)
			}
		}
		if !errors.Is(err, git.ErrMoved) || strings.Contains(err.Error(), "t0ken") {
			t.Errorf("got %v, want ErrMoved", err)
		}
	}
}

func TestPublicRepositoriesMayMove(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	other := newElsewhere(t, a)
	url := sender(t, other.URL) + "/source/.git"
	if err := runner().Clone(t.Context(), url, filepath.Join(t.TempDir(), "course")); err != nil || len(other.heard()) == 0 {
		t.Errorf("heard %q, %v", other.heard(), err)
	}
}
