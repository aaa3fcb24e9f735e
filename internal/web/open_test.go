package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestAProgramWaitsForTheNotebook(t *testing.T) {
	s := newSite(t)
	location := s.open(intro)
	if a := s.program(location); a.status != http.StatusOK || a.body != "notebooks/w1/intro.ipynb" {
		t.Errorf("at %s: %d %s", location, a.status, a.body)
	}
}

func TestAPersonIsLedToAServerThatRuns(t *testing.T) {
	s := newSite(t)
	location := s.open(intro)
	a := s.person(intro)
	if a.status != http.StatusFound || jupyterAt(a.location()) != location {
		t.Errorf("got %d to %q, want %q", a.status, a.location(), location)
	}
	wantHeaders(t, a)
}

func TestHeadAnswersWithoutBody(t *testing.T) {
	s := newSite(t)
	location := s.open(intro)
	if a := s.ask(http.MethodHead, intro); a.status != http.StatusFound || jupyterAt(a.location()) != location || a.body != "" {
		t.Errorf("got %+v", a)
	}
	if a := s.ask(http.MethodHead, "/"); a.status != http.StatusOK || a.body != "" {
		t.Errorf("got %+v", a)
	}
}

func TestOnlyReadingOpens(t *testing.T) {
	s := newSite(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		if a := s.ask(method, intro); a.status != http.StatusBadRequest {
			t.Errorf("%s: got %d", method, a.status)
		}
	}
	if s.Starts() != 0 {
		t.Error("a server was started")
	}
}

func TestASpellingOfTheSameAddress(t *testing.T) {
	s := newSite(t)
	location := s.open(intro)
	for _, path := range []string{
		intro + "/", "/ipythonExercice/tour/w1/intro/alice", "/ipythonExercice/tour/w1/intro.ipynb/alice/",
		"/notebookLazyCopy/tour/w1/intro.ipynb.ipynb/alice", "/notebookLazyCopy/tour/w1%2Fintro/alice", intro + "?forcecopy=",
	} {
		if got := s.open(path); got != location {
			t.Errorf("%s leads to %s, want %s", path, got, location)
		}
	}
	const escaped = "/notebookLazyCopy/tour/w1/%C3%A9t%C3%A9%20&%20%3Cb%3E/alice"
	if got := s.open(escaped); !strings.HasSuffix(got, "/notebooks/w1/%C3%A9t%C3%A9%20&%20%3Cb%3E.md") {
		t.Errorf("got %s", got)
	} else if a := s.program(got); a.body != "notebooks/w1/été & <b>.md" {
		t.Errorf("there is %q", a.body)
	}
}

func TestAddressesThatCannotBeRight(t *testing.T) {
	s := newSite(t)
	for path, status := range map[string]int{
		"/notebookLazyCopy/tour/alice":                                     http.StatusBadRequest,
		"/notebookLazyCopy/tour/../../etc/passwd/alice":                    http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/%2e%2e/%2e%2e/x/alice":                  http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/%2e%2e%2f%2e%2e%2fx/alice":              http.StatusBadRequest,
		"/notebookLazyCopy/../tour/w1/intro/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour//etc/passwd/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro%00/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro%0a/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro%ff/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro%zz/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro/al%20ice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/w1/intro/..":                               http.StatusBadRequest,
		"/notebookLazyCopy/to%20ur/w1/intro/alice":                         http.StatusBadRequest,
		"/notebookLazyCopy/tour/" + strings.Repeat("x", 10<<10) + "/alice": http.StatusBadRequest,
		"/notebookLazyCopy/tour/" + strings.Repeat("x", 256) + "/alice":    http.StatusBadRequest,
		"/notebookLazyCopy/nowhere/w1/intro/alice":                         http.StatusNotFound,
		"/notebookLazyCopy/tour/w1/absent/alice":                           http.StatusNotFound,
		"/notebookLazyCopy":                                                http.StatusNotFound,
		"/notebooklazycopy/tour/w1/intro/alice":                            http.StatusNotFound,
	} {
		if a := s.program(path); a.status != status {
			t.Errorf("%.80s: got %d %s, want %d", path, a.status, a.body, status)
		}
	}
	if s.Starts() != 0 {
		t.Error("a server was started")
	}
}

func TestAHundredClicksStartOneServer(t *testing.T) {
	s := newSite(t)
	locations := make([]string, 100)
	var wg sync.WaitGroup
	for i := range locations {
		wg.Go(func() { locations[i] = s.ask(http.MethodGet, intro).location() })
	}
	wg.Wait()
	for _, location := range locations {
		if location == "" || location != locations[0] {
			t.Fatalf("got %q and %q", location, locations[0])
		}
	}
	if s.Starts() != 1 {
		t.Errorf("%d servers were started", s.Starts())
	}
}

func TestWhoMayOpen(t *testing.T) {
	s := newSite(t)
	s.open(intro)
	for referer, status := range map[string]int{
		"":                                      http.StatusFound,
		"https://lms.example.org/course/1":      http.StatusFound,
		"https://a.b.lms.example.org/":          http.StatusFound,
		"https://nb.example.org/openings/":      http.StatusFound,
		"https://evil.example/":                 http.StatusForbidden,
		"https://evil.example/?lms.example.org": http.StatusForbidden,
		"https://lms.example.org.evil.example/": http.StatusForbidden,
		"https://evillms.example.org/":          http.StatusForbidden,
	} {
		if a := s.ask(http.MethodGet, intro, "Referer", referer); a.status != status {
			t.Errorf("from %q: got %d, want %d", referer, a.status, status)
		}
	}
}

func TestARefusalTellsNothingOfTheRules(t *testing.T) {
	s := newSite(t)
	a := s.ask(http.MethodGet, intro, "Referer", "https://evil.example/", "Accept", "text/html")
	wantPage(t, a, http.StatusForbidden, "You cannot open this from here")
	for _, secret := range []string{"example.org", "evil", "127.0.0"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the page tells %s:\n%s", secret, a.body)
		}
	}
	if a := s.ask(http.MethodGet, intro, "Sec-Fetch-Mode", "cors"); a.status != http.StatusForbidden {
		t.Errorf("a script in a page: got %d", a.status)
	}
}
