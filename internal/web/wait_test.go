package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/config"
)

// bobs is where somebody else opens the notebook.
const bobs = "/notebookLazyCopy/tour/w1/intro/bob"

func TestWhoWaitsForOthersIsToldTheirPlace(t *testing.T) {
	s := newSite(t, func(cfg *config.Config) { cfg.Servers.ParallelStarts = 1 })
	release := s.HoldStarts()
	wantPage(t, s.person(intro), http.StatusOK, titleOpening)
	page := s.person(bobs)
	wantPage(t, page, http.StatusOK, titleOpening)
	const english = "You are number 1 in the line: that takes about 5 seconds."
	if !strings.Contains(page.body, `<p id="wait" aria-live="polite">Others are starting at the moment. `+english+`</p>`) ||
		!strings.Contains(page.body, `<li data-step="runtime" class="now"`) {
		t.Errorf("the page does not tell:\n%s", page.body)
	}
	attempt := attemptOf(t, page.body)
	if got := s.ask(http.MethodGet, attempt, "Accept", "text/html", "Accept-Language", "fr"); !strings.Contains(got.body, "Vous êtes au rang 1 dans la file") {
		t.Errorf("in French:\n%s", got.body)
	}
	events := s.follow(attempt)
	if got := events.next(); !strings.Contains(got, `"step":"runtime"`) || !strings.Contains(got, english) {
		t.Errorf("first comes %s", got)
	}
	release()
	var last string
	for event := events.next(); event != ""; event = events.next() {
		last = event
	}
	if !strings.Contains(last, `"step":"done"`) || strings.Contains(last, "wait") {
		t.Errorf("last comes %s", last)
	}
}

func TestWhoMeetsAFullMachineIsToldAndGoesOn(t *testing.T) {
	s := newSite(t, func(cfg *config.Config) { cfg.Servers.MemoryBudget = cfg.Servers.Memory / 5 }) // room for one
	s.open(intro)
	page := s.person(bobs)
	wantPage(t, page, http.StatusOK, titleOpening)
	if !strings.Contains(page.body, "The machine is full at the moment. There should be room in about ") {
		t.Errorf("the page does not tell:\n%s", page.body)
	}
	events := s.follow(attemptOf(t, page.body))
	if got := events.next(); !strings.Contains(got, "The machine is full") {
		t.Errorf("first comes %s", got)
	}
	if a := s.ask(http.MethodPost, "/containerKill/tour/alice", "Accept", "*/*"); a.status != http.StatusOK {
		t.Fatalf("alice stops her server: %d %s", a.status, a.body)
	}
	var last string
	for event := events.next(); event != ""; event = events.next() {
		last = event
	}
	if !strings.Contains(last, `"step":"done"`) {
		t.Errorf("last comes %s", last)
	}
}
