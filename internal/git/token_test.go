package git_test

import (
	"bytes"
	"crypto/rand"
	"encoding/pem"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// byToken serves a's repository over https to who has the token, and looks at
// every request whether a process on this host shows it in its arguments.
func byToken(t *testing.T, a author, token string, seen *atomic.Bool) *httptest.Server {
	t.Helper()
	backend := backendOf(t, a)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if inArguments(token) {
			seen.Store(true)
		}
		if user, password, _ := r.BasicAuth(); user != token && password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_SSL_CAINFO", certificate)
	return server
}

func inArguments(token string) bool {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		if text, _ := os.ReadFile(line); bytes.Contains(text, []byte(token)) {
			return true
		}
	}
	return false
}

func TestATokenStaysWithGit(t *testing.T) {
	token := "glpat-" + rand.Text()
	for name, user := range map[string]string{"alone": token + "@", "with a name": "ada:" + token + "@"} {
		t.Run(name, func(t *testing.T) { testToken(t, token, user) })
	}
}

func testToken(t *testing.T, token, user string) {
	t.Helper()
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	var seen atomic.Bool
	server := byToken(t, a, token, &seen)
	url := strings.Replace(server.URL, "://", "://"+user, 1) + "/source/.git"
	dir := filepath.Join(t.TempDir(), "course")
	if err := runner().Clone(t.Context(), url, dir); err != nil {
		t.Fatal(err)
	}
	a.commit("next.md", "more")
	if err := runner().Fetch(t.Context(), dir, url); err != nil {
		t.Fatal(err)
	}
	if branch, err := runner().RemoteDefaultBranch(t.Context(), dir, url); branch != "main" || err != nil {
		t.Errorf("default branch %q, %v", branch, err)
	}
	if seen.Load() {
		t.Error("the token was an argument of a process")
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if text, _ := os.ReadFile(path); bytes.Contains(text, []byte(token)) {
				t.Errorf("the token is in %s", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
