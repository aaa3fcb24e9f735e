package web_test

import (
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestTheWelcomePage(t *testing.T) {
	s := newSite(t)
	wantPage(t, s.person("/"), http.StatusOK, "Notebooks for courses")
	if a := s.ask(http.MethodPost, "/"); a.status != http.StatusBadRequest {
		t.Errorf("POST: got %d", a.status)
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/nothing", "/nothing/at/all", "/assets/", "/assets/nothing.css", "/assets/..%2fpages%2flayout.html", "/api/courses"} {
		wantPage(t, s.person(path), http.StatusNotFound, "Not found")
		a := s.program(path)
		if a.status != http.StatusNotFound || strings.Contains(a.body, "<") {
			t.Errorf("%s: got %d %s", path, a.status, a.body)
		}
	}
}

func TestAssets(t *testing.T) {
	s := newSite(t)
	files, err := fs.Glob(os.DirFS("static"), "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	types := map[string]string{"css": "text/css", ".js": "text/javascript", "svg": "image/svg+xml"}
	for _, file := range files {
		want, err := os.ReadFile("static/" + file)
		if err != nil {
			t.Fatal(err)
		}
		a := s.program("/assets/" + file)
		if kind := a.header.Get("Content-Type"); a.body != string(want) || !strings.HasPrefix(kind, types[file[len(file)-3:]]) {
			t.Errorf("%s: got %d, %s", file, a.status, kind)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: its type may be guessed", file)
		}
	}
}

func TestHostileNamesAreShownAsText(t *testing.T) {
	s := newSite(t)
	const hostile = "%3Cscript%3Ealert(1)%22'"
	for _, path := range []string{
		"/notebookLazyCopy/tour/" + hostile + "/alice", "/notebookLazyCopy/" + hostile + "/x/alice",
		"/notebookLazyCopy/tour/x/" + hostile, "/notebookLazyCopy/tour/a%00" + hostile + "/alice",
	} {
		a := s.person(path)
		if strings.Contains(a.body, "<script>alert") || !strings.Contains(a.body, "alert(1)") {
			t.Errorf("%s: got\n%s", path, a.body)
		}
	}
}
