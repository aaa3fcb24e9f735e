package git_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/git"
)

// silence accepts connections and never answers. It counts those that are open.
func silence(t *testing.T) (address string, open *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	open = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Add(1)
			go func() {
				defer open.Add(-1)
				_, _ = conn.Read(make([]byte, 1))
				for err := error(nil); err == nil; { // until the other end is gone
					_, err = conn.Read(make([]byte, 4096))
				}
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String(), open
}

func TestSilentRemoteTimesOut(t *testing.T) {
	for _, scheme := range []string{"http", "git"} {
		t.Run(scheme, func(t *testing.T) {
			address, open := silence(t)
			r := git.Runner{NetworkTimeout: 300 * time.Millisecond}
			parent := t.TempDir()
			err := r.Clone(t.Context(), scheme+"://"+address+"/course.git", filepath.Join(parent, "course"))
			if !errors.Is(err, git.ErrTimeout) {
				t.Errorf("got %v, want ErrTimeout", err)
			}
			if got := namesIn(t, parent); len(got) > 0 {
				t.Errorf("left behind: %q", got)
			}
			gone(t, open)
		})
	}
}

// gone waits until all connections are closed: nothing that git started lives on.
func gone(t *testing.T, open *atomic.Int64) {
	t.Helper()
	await(t, func() bool { return open.Load() == 0 })
}

// await waits until something is true.
func await(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !done() {
		select {
		case <-deadline:
			t.Fatal("waited in vain")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestCancelEndsAllProcesses(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	dir := a.clone()
	address, open := silence(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	because := errors.New("the visitor left")
	go func() {
		for open.Load() == 0 && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		cancel(because)
	}()
	err := runner().Fetch(ctx, dir, "http://"+address+"/course.git")
	if !errors.Is(err, because) {
		t.Errorf("got %v, want %v", err, because)
	}
	gone(t, open)
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Errorf("the clone does not fetch any more: %v", err)
	}
}

// backendOf serves a's repository over http as /source/.git.
func backendOf(t *testing.T, a author) http.Handler {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	return &cgi.Handler{
		Path: path,
		Args: []string{"-c", "safe.directory=*", "http-backend"},
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(a.dir), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=ada"},
	}
}

// smart serves a's repository over http, to ada with her password only, and
// tells what it was asked.
func smart(t *testing.T, a author) *httptest.Server {
	t.Helper()
	backend := backendOf(t, a)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case strings.HasPrefix(r.URL.Path, "/absent"):
			http.NotFound(w, r)
		case strings.HasPrefix(r.URL.Path, "/forbidden"):
			http.Error(w, "no", http.StatusForbidden)
		case strings.HasPrefix(r.URL.Path, "/page"):
			_, _ = w.Write([]byte("<html>\n<p>not git\n</html>\n"))
		case user != "ada" || password != "s3cr t":
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
		default:
			backend.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestRefusalsOfHTTP(t *testing.T) {
	server := smart(t, newAuthor(t))
	host := strings.TrimPrefix(server.URL, "http://")
	tests := []struct {
		name, url string
		want      error
	}{
		{"password asked", "http://" + host + "/source/.git", git.ErrDenied},
		{"wrong password", "http://ada:t0ken@" + host + "/source/.git", git.ErrDenied},
		{"token alone", "http://t0ken@" + host + "/source/.git", git.ErrDenied},
		{"forbidden", "http://" + host + "/forbidden", git.ErrDenied},
		{"absent", "http://" + host + "/absent/certificate", git.ErrNotFound},
		{"not git", "http://" + host + "/page", git.ErrNotRepository},
		{"not even http", "https://" + host + "/source/.git", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := runner().Clone(t.Context(), test.url, filepath.Join(t.TempDir(), "course"))
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if strings.Contains(err.Error(), "t0ken") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

func TestCertificateNotTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	err := runner().Clone(t.Context(), server.URL+"/course", filepath.Join(t.TempDir(), "course"))
	if !errors.Is(err, git.ErrCertificate) {
		t.Errorf("got %v, want ErrCertificate", err)
	}
}

func TestPasswordOfURLIsUsedAndNotKept(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	server := smart(t, a)
	url := "http://ada:s3cr%20t@" + strings.TrimPrefix(server.URL, "http://") + "/source/.git"
	dir := filepath.Join(t.TempDir(), "course")
	if err := runner().Clone(t.Context(), url, dir); err != nil {
		t.Fatal(err)
	}
	a.commit("next.md", "more")
	if err := runner().Fetch(t.Context(), dir, url); err != nil {
		t.Fatal(err)
	}
	if got, want := resolve(t, dir, "refs/remotes/origin/main"), resolve(t, a.dir, "main"); got != want {
		t.Errorf("fetched %v, want %v", got, want)
	}
	if branch, err := runner().RemoteDefaultBranch(t.Context(), dir, url); branch != "main" {
		t.Errorf("default branch %q, %v", branch, err)
	}
	config, err := os.ReadFile(filepath.Join(dir, ".git", "config"))
	if err != nil || strings.Contains(string(config), "s3cr") {
		t.Errorf("%v, configuration of the clone:\n%s", err, config)
	}
	if err := runner().Fetch(t.Context(), dir, ""); !errors.Is(err, git.ErrDenied) {
		t.Errorf("without the password: %v, want ErrDenied", err)
	}
}

// What any user of the host can see of git's processes tells no password.
func TestPasswordIsNoArgument(t *testing.T) {
	program := filepath.Join(t.TempDir(), "git")
	log := program + ".log"
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\" >>'"+log+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := git.Runner{Program: program}
	if err := r.Clone(t.Context(), "https://ada:t0ken@example.org/x", filepath.Join(t.TempDir(), "course")); err != nil {
		t.Fatal(err)
	}
	args, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(args), "https://example.org/x") || strings.Contains(string(args), "t0ken") {
		t.Errorf("%v, arguments: %s", err, args)
	}
}
