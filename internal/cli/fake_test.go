package cli_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// fakeAPI stands for the program that serves a site: it notes what it is asked to
// change, and answers as it was told to.
type fakeAPI struct {
	root    string            // data directory of the site
	file    string            // its configuration
	answers map[string]string // JSON, by method and path

	mu    sync.Mutex
	calls []string // all but reading
}

// threeCourses is what the fake API lists unless told otherwise.
const threeCourses = `[
	{"name": "bio", "image": "bio", "autopull": true},
	{"name": "old-py", "image": "old-py", "archived": true},
	{"name": "py", "image": "py", "giturl": "https://git.example.org/py.git"},
	{"name": "python3", "image": "py", "autopull": true}
]`

func newFakeAPI(t *testing.T) *fakeAPI {
	t.Helper()
	root := t.TempDir()
	listener, err := unixsock.Listen(filepath.Join(root, "nbhosting.sock"))
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeAPI{root: root, file: configFile(t, root), answers: map[string]string{"GET /api/courses": threeCourses}}
	f.serve(t, listener, f)
	return f
}

func (f *fakeAPI) serve(t *testing.T, on net.Listener, handler http.Handler) {
	t.Helper()
	srv := &http.Server{Handler: handler}
	go srv.Serve(on)
	t.Cleanup(func() { srv.Close() })
}

// ServeHTTP answers as told; else what is to be changed is a job, and jobs succeed.
func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		f.mu.Lock()
		f.calls = append(f.calls, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		f.mu.Unlock()
	}
	if answer, told := f.answers[r.Method+" "+r.URL.Path]; told {
		if strings.HasPrefix(answer, `{"kind"`) {
			w.WriteHeader(http.StatusConflict)
		}
		io.WriteString(w, answer)
		return
	}
	id := "job-" + strings.ReplaceAll(strings.TrimPrefix(r.URL.Path, "/api/"), "/", "-")
	switch path, follows := strings.CutSuffix(r.URL.Path, "/events"); {
	case follows:
		id = strings.TrimPrefix(path, "/api/jobs/")
		fmt.Fprintf(w, "data: {\"job\": {\"id\": %[1]q, \"state\": \"running\"}, \"log\": \"log of %[1]s\\n\"}\n\n", id)
		fmt.Fprintf(w, "data: {\"job\": {\"id\": %q, \"state\": \"succeeded\"}}\n\n", id)
	case r.Method == http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"kind": "not-found", "message": "There is nothing."}`)
	default:
		fmt.Fprintf(w, `{"id": %q, "state": "queued"}`, id)
	}
}

// called returns what it was asked to change since the last time.
func (f *fakeAPI) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := slices.Clone(f.calls)
	f.calls = nil
	return calls
}
