package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/config"
)

const kill = "/containerKill/tour/alice"

// post sends the form of the page that asks, as a browser does.
func (s site) post(path string, headers ...string) answer {
	s.t.Helper()
	return s.ask(http.MethodPost, path, append([]string{
		"Accept", "text/html", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "same-origin", "Referer", "https://nb.example.org" + kill,
	}, headers...)...)
}

func TestAStopIsAskedForFirst(t *testing.T) {
	s := newSite(t)
	s.open(intro)
	page := s.person(kill + "/?notebook=w1/%3Cb%3E%20%26&x=y")
	if page.status != http.StatusOK || page.header.Get("Referrer-Policy") != "same-origin" || page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d, %v", page.status, page.header)
	}
	for _, part := range []string{
		"<h1>Stop your notebook server?</h1>", "Save your notebooks first", `<form method="post" action="/containerKill/tour/alice/?notebook=w1%2F%3Cb%3E&#43;%26">`,
		`href="/notebookLazyCopy/tour/w1/%3Cb%3E%20&amp;/alice"`, `href="/ipythonForward/tour/alice/tree"`,
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, page.body)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if a := s.ask(method, kill); a.status != http.StatusBadRequest {
			t.Errorf("%s by a program: got %d", method, a.status)
		}
	}
	if !s.runs("alice") {
		t.Error("asking stopped it")
	}
}

// runs tells whether a student has a server.
func (s site) runs(student string) bool {
	s.t.Helper()
	_, list := s.Call(http.MethodGet, "/api/servers", "")
	return strings.Contains(list, `"student":"`+student+`"`)
}

func TestAServerIsStopped(t *testing.T) {
	s := newSite(t)
	old := s.open(intro)
	s.open("/notebookLazyCopy/tour/w1/intro/bob")
	page := s.post(kill + "?notebook=w1/intro")
	if page.status != http.StatusOK || !strings.Contains(page.body, "<h1>Your notebook server has been stopped</h1>") ||
		!strings.Contains(page.body, `<a href="`+intro+`">Open the notebook again</a>`) || strings.Contains(page.body, "<form") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
	if s.runs("alice") || !s.runs("bob") {
		t.Error("not alice's server alone was stopped")
	}
	if s.open(intro) == old {
		t.Error("the server is the old one")
	}
	if a := s.ask(http.MethodPost, kill); a.status != http.StatusOK || a.body != "Your notebook server has been stopped.\n" {
		t.Errorf("by a program: got %d %q", a.status, a.body)
	}
	for _, a := range []answer{s.post(kill), s.person(kill)} {
		if a.status != http.StatusOK || !strings.Contains(a.body, "<h1>Your notebook server is not running</h1>") || strings.Contains(a.body, "<form") || strings.Contains(a.body, "again</a>") {
			t.Errorf("got %d\n%s", a.status, a.body)
		}
	}
}

func TestWhoMayStop(t *testing.T) {
	s := newSite(t, func(c *config.Config) { c.Access.Addresses = []string{"192.0.2.1"} })
	const lms = "https://lms.example.org/"
	if a := s.ask(http.MethodGet, intro, "Referer", lms); a.status != http.StatusFound {
		t.Fatalf("got %d", a.status)
	}
	for name, headers := range map[string][]string{
		"another site":          {"Sec-Fetch-Site", "cross-site"},
		"the LMS itself":        {"Sec-Fetch-Site", "cross-site", "Referer", lms},
		"a sister site":         {"Sec-Fetch-Site", "same-site"},
		"a script of a page":    {"Sec-Fetch-Mode", "cors"},
		"an old browser":        {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		"an old one, in a book": {"Sec-Fetch-Site", "", "Origin", "null"},
		"no page":               {"Referer", ""},
		"a page of elsewhere":   {"Referer", "https://evil.example/"},
	} {
		if a := s.post(kill, headers...); a.status != http.StatusForbidden || strings.Contains(a.body, "example") {
			t.Errorf("%s: got %d\n%s", name, a.status, a.body)
		}
	}
	for name, headers := range map[string][]string{
		"nobody": nil, "a page of elsewhere": {"Referer", "https://evil.example/"},
	} {
		if a := s.ask(http.MethodGet, kill, append(headers, "Accept", "text/html")...); a.status != http.StatusForbidden {
			t.Errorf("the question, from %s: got %d", name, a.status)
		}
	}
	if !s.runs("alice") {
		t.Fatal("it was stopped")
	}
	if a := s.ask(http.MethodGet, kill, "Accept", "text/html", "Referer", lms); a.status != http.StatusOK {
		t.Errorf("the question, from the LMS: got %d", a.status)
	}
	if a := s.post(kill, "Sec-Fetch-Site", "", "Sec-Fetch-Mode", "", "Origin", s.URL); a.status != http.StatusOK {
		t.Errorf("an old browser at our page: got %d", a.status)
	}
	if s.runs("alice") {
		t.Error("it was not stopped")
	}
}

func TestStopsThatCannotBeRight(t *testing.T) {
	s := newSite(t)
	for path, status := range map[string]int{
		"/containerKill/nowhere/alice": http.StatusNotFound, "/containerKill/tour": http.StatusNotFound, "/containerKill/tour/alice/x": http.StatusNotFound,
		"/containerKill/tour/al%20ice": http.StatusBadRequest, "/containerKill/tour/%2e%2e": http.StatusBadRequest, "/containerKill/tour/a%00": http.StatusBadRequest,
		"/containerKill/tour/%3Cb%3E": http.StatusBadRequest, "/containerKill/%2fetc/alice": http.StatusBadRequest,
	} {
		for _, a := range []answer{s.person(path), s.post(path)} {
			if a.status != status || strings.Contains(a.body, "<b>") {
				t.Errorf("%s: got %d\n%s", path, a.status, a.body)
			}
		}
	}
	for _, notebook := range []string{"", "..", "/etc/passwd", "a%00", "javascript:alert(1)//"} {
		if a := s.person(kill + "?notebook=" + notebook); a.status != http.StatusOK || strings.Contains(a.body, "again</a>") {
			t.Errorf("%s: got %d\n%s", notebook, a.status, a.body)
		}
	}
}
