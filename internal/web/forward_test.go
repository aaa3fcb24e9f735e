package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

func TestForwardLeadsToPagesOfJupyter(t *testing.T) {
	s := newSite(t)
	base, _, _ := strings.Cut(s.open(intro), "notebooks/")
	for path, page := range map[string]string{
		"tree": "tree", "tree/": "tree", "tree/w1": "tree/w1", "lab": "lab", "lab/tree": "lab", "lab/tree/w1/": "lab/tree/w1",
		"lab/w1": "lab/tree/w1", "tree/%C3%A9t%C3%A9%20100%25%3F": "tree/%C3%A9t%C3%A9%20100%25%3F", "lab?reset": "lab", "tree/tree": "tree/tree",
	} {
		if got := s.open("/ipythonForward/tour/alice/" + path); got != base+page {
			t.Errorf("%s leads to %s, want %s", path, got, base+page)
		}
	}
	if s.Starts() != 1 {
		t.Errorf("%d servers were started", s.Starts())
	}
	if events, err := os.ReadFile(filepath.Join(s.Config.Root, "raw/tour/events.raw")); err != nil || strings.Count(string(events), "\n") != 1 {
		t.Errorf("recorded: %s, %v", events, err)
	}
}

func TestForwardsThatCannotBeRight(t *testing.T) {
	s := newSite(t)
	const to = "/ipythonForward/tour/alice/"
	for path, status := range map[string]int{
		"/ipythonForward":                    http.StatusNotFound,
		"/ipythonForward/tour":               http.StatusBadRequest,
		"/ipythonForward/tour/alice":         http.StatusBadRequest,
		to + "git-pull?repo=x":               http.StatusBadRequest,
		to + "api/contents":                  http.StatusBadRequest,
		to + "tree/../../x":                  http.StatusBadRequest,
		to + "tree/%2e%2e/x":                 http.StatusBadRequest,
		to + "lab/tree/%2e%2e%2fx":           http.StatusBadRequest,
		to + "tree//etc/passwd":              http.StatusBadRequest,
		to + "tree/%2fetc/passwd":            http.StatusBadRequest,
		to + "tree/a%00":                     http.StatusBadRequest,
		to + "tree/a%0d%0ab":                 http.StatusBadRequest,
		to + "tree/%ff":                      http.StatusBadRequest,
		"/ipythonForward/tour/%2e%2e/tree":   http.StatusBadRequest,
		"/ipythonForward/nowhere/alice/tree": http.StatusNotFound,
		"/ipythonForward/tour/al%20ice/tree": http.StatusBadRequest,
	} {
		if a := s.program(path); a.status != status {
			t.Errorf("%s: got %d %s, want %d", path, a.status, a.body, status)
		}
	}
	if a := s.ask(http.MethodGet, to+"tree", "Referer", "https://evil.example/"); a.status != http.StatusForbidden {
		t.Errorf("from elsewhere: got %d", a.status)
	}
	if a := s.ask(http.MethodPost, to+"tree"); a.status != http.StatusBadRequest {
		t.Errorf("POST: got %d", a.status)
	}
	if s.Starts() != 0 {
		t.Error("a server was started")
	}
}

func TestAPersonFollowsASlowForward(t *testing.T) {
	s := newSite(t)
	release := s.HoldStarts()
	page := s.person("/ipythonForward/tour/alice/lab/tree/%3Cb%3E")
	wantPage(t, page, http.StatusOK, "Opening Jupyter")
	for _, part := range []string{`<span>tour</span> · &lt;b&gt;</p>`, `data-title="Jupyter could not be opened"`} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, page.body)
		}
	}
	release()
	if a := s.program(attemptOf(t, page.body)); !strings.HasSuffix(a.location(), "/lab/tree/%3Cb%3E") {
		t.Errorf("got %d to %s", a.status, a.location())
	}
	s.stop("alice")
	s.Engine.Fail(fake.Failures{Start: noImage})
	failed := s.person("/ipythonForward/tour/alice/lab")
	if failed.status == http.StatusOK { // the failure came after the page
		attempt := attemptOf(t, failed.body)
		s.program(attempt) // waits
		failed = s.person(attempt)
	}
	wantPage(t, failed, http.StatusNotFound, "Jupyter could not be opened")
}
