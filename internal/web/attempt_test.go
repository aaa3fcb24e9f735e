package web_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

const (
	titleOpening = "Opening your notebook"
	titleFailed  = "Your notebook could not be opened"
)

func TestAPersonFollowsASlowOpening(t *testing.T) {
	s := newSite(t)
	release := s.HoldStarts()
	page := s.person(intro)
	wantPage(t, page, http.StatusOK, titleOpening)
	attempt := attemptOf(t, page.body)
	for _, part := range []string{
		`<li data-step="workspace" class="done">`, `<li data-step="runtime" class="now" aria-current="step">`, `<li data-step="jupyter" class="">`,
		`<section id="failure" role="alert" data-title="` + titleFailed + `" hidden>`, `content="2; url=` + attempt + `"`, "w1/intro",
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, page.body)
		}
	}
	events := s.follow(attempt)
	if got := events.next(); got != `{"step":"runtime","stage":"runtime"}` {
		t.Errorf("first comes %s", got)
	}
	release()
	var last string
	for event := events.next(); event != ""; event = events.next() {
		last = event
	}
	end := s.person(attempt)
	if end.status != http.StatusFound || last != `{"step":"done","stage":"done","location":"`+end.location()+`"}` {
		t.Errorf("last comes %s; the page leads to %q", last, end.location())
	}
	if a := s.program(jupyterAt(end.location())); a.body != "notebooks/w1/intro.ipynb" {
		t.Errorf("there is %d %s", a.status, a.body)
	}
	if late := s.follow(attempt); late.next() != last || late.next() != "" {
		t.Error("who follows late is told something else")
	}
}

// TestAPersonIsToldThatTheyWait holds up an opening at a step that is usually quick.
func TestAPersonIsToldThatTheyWait(t *testing.T) {
	s := newSite(t)
	location := s.open(intro)
	file, err := os.Open(filepath.Join(s.Config.Root, "raw/tour/events.raw"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	page := s.person(intro)
	wantPage(t, page, http.StatusOK, titleOpening)
	events := s.follow(attemptOf(t, page.body))
	var last string
	for event := events.next(); event != ""; event = events.next() {
		last = event
	}
	if !strings.Contains(jupyterAt(last), location) {
		t.Errorf("last comes %s, want %s", last, location)
	}
}

func noImage(context.Context, runtime.Spec) error { return runtime.ErrNoImage }

func TestAFailureIsShownAndCanBeTriedAgain(t *testing.T) {
	s := newSite(t)
	s.Engine.Fail(fake.Failures{Start: noImage})
	page := s.person(intro)
	if page.status == http.StatusOK { // the failure came after the page
		attempt := attemptOf(t, page.body)
		s.program(attempt) // waits
		page = s.person(attempt)
	}
	wantPage(t, page, http.StatusNotFound, titleFailed)
	attempt := attemptOf(t, page.body)
	for _, part := range []string{"has to be built", `<form method="post" action="` + attempt + `/retry">`, "Try again"} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, page.body)
		}
	}
	if strings.Contains(page.body, "http-equiv") {
		t.Error("the page of a failure reloads itself")
	}
	events := s.follow(attempt)
	if got := events.next(); !strings.Contains(got, `"failure":"The image`) || events.next() != "" {
		t.Errorf("who follows is told %s", got)
	}
	s.Engine.Fail(fake.Failures{})
	again := s.ask(http.MethodPost, attempt+"/retry", "Accept", "text/html")
	if again.status != http.StatusSeeOther || !strings.HasPrefix(again.location(), "/openings/") || again.location() == attempt {
		t.Fatalf("got %d to %q", again.status, again.location())
	}
	if a := s.program(again.location()); a.status != http.StatusFound || s.program(a.location()).status != http.StatusOK {
		t.Errorf("got %d %s, to %q", a.status, a.body, a.location())
	}
}

func TestWhatIsMissingInACloneLeadsToJupyter(t *testing.T) {
	s := newSite(t)
	const clone = "/notebookGitRepo/tour/w1/intro/alice"
	if a := s.program(clone); a.status != http.StatusFound {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if err := os.Remove(filepath.Join(s.Config.Root, "students/alice/tour/w1/intro.ipynb")); err != nil {
		t.Fatal(err)
	}
	page := s.person(clone)
	wantPage(t, page, http.StatusConflict, titleFailed)
	attempt := attemptOf(t, page.body)
	if !strings.Contains(page.body, "git pull") || !strings.Contains(page.body, `action="`+attempt+`/jupyter"`) {
		t.Errorf("got %s", page.body)
	}
	next := s.ask(http.MethodPost, attempt+"/jupyter", "Accept", "text/html")
	if a := s.program(next.location()); next.status != http.StatusSeeOther || a.status != http.StatusFound || !strings.HasSuffix(a.location(), "/lab") {
		t.Errorf("got %d, then %d to %q", next.status, a.status, a.location())
	}
	other := s.person("/notebookLazyCopy/tour/none/alice")
	if strings.Contains(other.body, "/jupyter") {
		t.Errorf("got %s", other.body)
	}
}

func TestAProgramIsToldOfAFailure(t *testing.T) {
	s := newSite(t)
	s.Engine.Fail(fake.Failures{Start: noImage})
	a := s.program(intro)
	if a.status != http.StatusNotFound || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") || !strings.Contains(a.body, "has to be built") {
		t.Errorf("got %+v", a)
	}
	wantHeaders(t, a)
}

func TestOpeningsThatAreNotThere(t *testing.T) {
	s := newSite(t)
	wantPage(t, s.person("/openings/nobody"), http.StatusNotFound, "Not found")
	for path, method := range map[string]string{
		"/openings/nobody/events": http.MethodGet, "/openings/nobody/retry": http.MethodPost, "/openings/nobody/jupyter": http.MethodPost,
		"/openings/": http.MethodGet, "/openings/nobody/other": http.MethodGet,
	} {
		if a := s.ask(method, path); a.status != http.StatusNotFound {
			t.Errorf("%s %s: got %d", method, path, a.status)
		}
	}
	if a := s.program("/openings/nobody/retry"); a.status != http.StatusNotFound {
		t.Errorf("a retry by a link: got %d", a.status)
	}
}
