package web_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Exit(m.Run())
}

// intro is where alice opens the notebook of most tests.
const intro = "/notebookLazyCopy/tour/w1/intro/alice"

// site is a site that people and programs visit.
type site struct {
	*apptest.Site
	t *testing.T
}

// newSite has the course "tour".
func newSite(t *testing.T, changes ...func(*config.Config)) site {
	t.Helper()
	s := site{apptest.New(t, changes...), t}
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{
		"w1/intro.ipynb": "{}", "w1/été & <b>.md": "# été", "data/x.csv": "1",
	}))
	return s
}

// answer is the answer to one request; redirects are not followed.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) location() string { return a.header.Get("Location") }

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// ask sends a request for an escaped path, just as it is; the headers are NAME, VALUE….
func (s site) ask(method, path string, headers ...string) answer {
	s.t.Helper()
	resp := s.send(method, path, headers...)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func (s site) send(method, path string, headers ...string) *http.Response {
	s.t.Helper()
	host := strings.TrimPrefix(s.URL, "http://")
	req := (&http.Request{
		Method: method, URL: &url.URL{Scheme: "http", Host: host, Opaque: "//" + host + path}, Header: http.Header{},
	}).WithContext(s.t.Context())
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

// program asks as curl does.
func (s site) program(path string) answer {
	s.t.Helper()
	return s.ask(http.MethodGet, path, "Accept", "*/*")
}

// person asks as a browser does that shows the answer to somebody.
func (s site) person(path string) answer {
	s.t.Helper()
	return s.ask(http.MethodGet, path, "Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Mode", "navigate")
}

// open opens a notebook as a program and returns where Jupyter has it.
func (s site) open(path string) (location string) {
	s.t.Helper()
	a := s.program(path)
	if a.status != http.StatusFound || !strings.HasPrefix(a.location(), "/server/") {
		s.t.Fatalf("%s: got %d %s, to %q", path, a.status, a.body, a.location())
	}
	return jupyterAt(a.location())
}

// jupyterAt is where Jupyter shows what our page at location has in its frame.
func jupyterAt(location string) string {
	return strings.Replace(strings.Replace(location, "/-/notebook/", "/notebooks/", 1), "/-/page/", "/", 1)
}

// stop stops the server of a student.
func (s site) stop(student string) {
	s.t.Helper()
	if status, body := s.Call(http.MethodDelete, "/api/servers/tour/"+student, ""); status != http.StatusOK {
		s.t.Fatalf("got %d %s", status, body)
	}
}

// attemptOf finds the address of an opening in the page that follows it.
func attemptOf(t *testing.T, page string) (path string) {
	t.Helper()
	_, rest, found := strings.Cut(page, `data-events="`)
	path, _, ended := strings.Cut(rest, `/events"`)
	if !found || !ended || !strings.HasPrefix(path, "/openings/") {
		t.Fatalf("no opening is followed in:\n%s", page)
	}
	return path
}

// wantPage checks what all our pages have in common.
func wantPage(t *testing.T, a answer, status int, title string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, part := range []string{
		"<!DOCTYPE html>", `<html lang="en">`, "<title>" + title + "</title>", "<h1>" + title + "</h1>", `<meta name="viewport"`, "</html>",
	} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, a.body)
		}
	}
	wantHeaders(t, a)
	policy := a.header.Get("Content-Security-Policy")
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'self' https://lms.example.org"} {
		if !strings.Contains(policy, directive) {
			t.Errorf("the policy lacks %s: %s", directive, policy)
		}
	}
}

// wantHeaders checks the headers of everything that is not a file of ours.
func wantHeaders(t *testing.T, a answer) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// stream is a stream of server-sent events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

func (s site) follow(attempt string) stream {
	s.t.Helper()
	resp := s.send(http.MethodGet, attempt+"/events", "Accept", "text/event-stream")
	s.t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		s.t.Fatalf("got %s of %s", resp.Status, got)
	}
	return stream{s.t, bufio.NewScanner(resp.Body)}
}

// next returns the data of the next event, or "" at the end.
func (s stream) next() string {
	s.t.Helper()
	for s.lines.Scan() {
		if data, found := strings.CutPrefix(s.lines.Text(), "data: "); found {
			return data
		}
	}
	if err := s.lines.Err(); err != nil {
		s.t.Error(err)
	}
	return ""
}
