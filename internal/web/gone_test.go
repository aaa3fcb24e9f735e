package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// split takes the address of a notebook apart.
func split(t *testing.T, location string) (id, secret, rest string) {
	t.Helper()
	parts := strings.SplitN(strings.TrimPrefix(location, "/server/"), "/", 3)
	if len(parts) != 3 {
		t.Fatalf("not a server's address: %s", location)
	}
	return parts[0], parts[1], parts[2]
}

func TestAnOldAddressLeadsBackToTheNotebook(t *testing.T) {
	s := newSite(t)
	old := s.open(intro)
	s.stop("alice")
	if a := s.program(old); a.status != http.StatusForbidden {
		t.Errorf("a program: got %d", a.status)
	}
	a := s.person(old)
	if a.status == http.StatusOK { // it took long enough for a page
		a = s.program(attemptOf(t, a.body))
	}
	if a.status != http.StatusFound || jupyterAt(a.location()) == old || s.program(jupyterAt(a.location())).body != "notebooks/w1/intro.ipynb" {
		t.Errorf("got %d to %q, was %q", a.status, a.location(), old)
	}
}

func TestAnAddressWithAWrongSecretNamesNobody(t *testing.T) {
	s := newSite(t)
	old := s.open(intro)
	s.open("/notebookLazyCopy/tour/w1/intro/bob")
	s.stop("alice")
	id, secret, rest := split(t, old)
	starts := s.Starts()
	unknown := s.person("/server/nobody/" + secret + "/" + rest)
	wantPage(t, unknown, http.StatusNotFound, "Not found")
	for _, wrong := range []string{"wrong", "", secret[1:], strings.ToUpper(secret)} {
		a := s.person("/server/" + id + "/" + wrong + "/" + rest)
		if a.status != unknown.status || a.body != unknown.body {
			t.Errorf("with secret %q: got %d\n%s", wrong, a.status, a.body)
		}
	}
	for _, name := range []string{"alice", "bob", "tour", "intro"} {
		if strings.Contains(unknown.body, name) {
			t.Errorf("the page names %s", name)
		}
	}
	if s.Starts() != starts {
		t.Error("a server was started")
	}
}

func TestAnOldAddressOfNoNotebook(t *testing.T) {
	s := newSite(t)
	id, secret, _ := split(t, s.open(intro))
	s.stop("alice")
	for _, rest := range []string{"", "api/contents", "labs", "lab/tree/%2e%2e", "tree//etc", "notebooks/", "notebooks/%2e%2e/x", "notebooks/%zz"} {
		if a := s.person("/server/" + id + "/" + secret + "/" + rest); a.status == http.StatusFound || a.status == http.StatusOK {
			t.Errorf("%s: got %d to %q", rest, a.status, a.location())
		}
	}
}

func TestAnOldAddressOfAPageOfJupyter(t *testing.T) {
	s := newSite(t)
	for _, page := range []string{"tree", "tree/w1", "lab", "lab/tree/w1"} {
		old := s.open("/ipythonForward/tour/alice/" + page)
		s.stop("alice")
		a := s.person(old)
		if a.status == http.StatusOK { // it took long enough for a page
			a = s.program(attemptOf(t, a.body))
		}
		if a.status != http.StatusFound || jupyterAt(a.location()) == old || s.program(jupyterAt(a.location())).body != page {
			t.Errorf("%s: got %d to %q, was %q", page, a.status, a.location(), old)
		}
	}
}

func TestAServerThatDiedIsStartedAgain(t *testing.T) {
	s := newSite(t)
	old := s.open(intro)
	s.Engine.Close()
	a := s.person(old)
	if a.status == http.StatusOK {
		a = s.program(attemptOf(t, a.body))
	}
	if a.status != http.StatusFound || s.program(a.location()).status != http.StatusOK {
		t.Errorf("got %d %s, to %q", a.status, a.body, a.location())
	}
}
