package web_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/config"
)

// bookDate is when the files of books were written.
var bookDate = time.Date(2011, 12, 13, 14, 15, 16, 0, time.UTC)

// addBook puts a book into the site, as a build leaves it, and shows it.
func (s site) addBook(id, name string, files map[string]string) {
	s.t.Helper()
	s.addBookOf("tour", id, name, files)
}

func (s site) addBookOf(course, id, name string, files map[string]string) {
	s.t.Helper()
	dir := filepath.Join(s.Config.Root, "builds", course, id)
	for file, text := range files {
		path := filepath.Join(dir, name, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
		if err := os.Chtimes(path, bookDate, bookDate); err != nil {
			s.t.Fatal(err)
		}
	}
	_ = os.Remove(filepath.Join(dir, build.Latest)) // it may be there
	if err := os.Symlink(name, filepath.Join(dir, build.Latest)); err != nil {
		s.t.Fatal(err)
	}
}

func TestAPageOfABook(t *testing.T) {
	s := newSite(t)
	s.addBook("book", "abcdef0", map[string]string{"index.html": "<p>home", "a b/100% é?#.html": "<p>odd", "app.JS": "js", "x": "bytes", "a.pdf": "%PDF"})
	for path, want := range map[string]struct{ body, kind string }{
		"/builds/tour/book/latest/":                                 {"<p>home", "text/html; charset=utf-8"},
		"/builds/tour/book/latest/index.html":                       {"<p>home", "text/html; charset=utf-8"},
		"/builds/tour/book/abcdef0/index.html?x=1":                  {"<p>home", "text/html; charset=utf-8"},
		"/builds/tour/book/latest/a%20b/100%25%20%C3%A9%3F%23.html": {"<p>odd", "text/html; charset=utf-8"},
		"/builds/tour/book/latest/app.JS":                           {"js", "text/javascript; charset=utf-8"},
		"/builds/tour/book/latest/x":                                {"bytes", "application/octet-stream"},
		"/builds/tour/book/latest/a.pdf":                            {"%PDF", "application/pdf"},
	} {
		a := s.program(path)
		if a.status != http.StatusOK || a.body != want.body || a.header.Get("Content-Type") != want.kind {
			t.Errorf("%s: got %d %q of %s", path, a.status, a.body, a.header.Get("Content-Type"))
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": "*", "Last-Modified": "Tue, 13 Dec 2011 14:15:16 GMT",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// TestABookIsOfAnOriginOfItsOwn is about the one header that keeps a book's
// scripts from what else we serve.
func TestABookIsOfAnOriginOfItsOwn(t *testing.T) {
	s := newSite(t)
	s.addBook("book", "abcdef0", map[string]string{"index.html": "", "x.svg": "", "x.xml": "", "x": "", "x.css": "", "a.pdf": ""})
	for _, file := range []string{"", "index.html", "x.svg", "x.xml", "x", "x.css"} {
		policy := s.program("/builds/tour/book/latest/" + file).header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "sandbox allow-scripts ") || strings.Contains(policy, "same-origin") || strings.Contains(policy, "navigation") ||
			!strings.HasSuffix(policy, "; frame-ancestors 'self' https://lms.example.org") {
			t.Errorf("%s: the policy is %q", file, policy)
		}
	}
	if got := s.program("/builds/tour/book/latest/a.pdf").header.Get("Content-Security-Policy"); got != "frame-ancestors 'self' https://lms.example.org" {
		t.Errorf("a PDF: the policy is %q", got)
	}
	nobody := newSite(t, func(c *config.Config) { c.FrameAncestors = nil })
	nobody.addBook("book", "abcdef0", map[string]string{"index.html": ""})
	if got := nobody.program("/builds/tour/book/latest/").header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "; frame-ancestors 'none'") {
		t.Errorf("the policy is %q", got)
	}
}

// TestPagesOfABookHaveAStorage is about the script that pages get beside theirs;
// what it does is tried in a browser.
func TestPagesOfABookHaveAStorage(t *testing.T) {
	s := newSite(t)
	const before, after = "<!DOCTYPE html>\n<html><!-- a header: --><HEAD class='x'\n>", "<title>été</title></head><header>…</header>" + "<script>localStorage.x</script>"
	s.addBook("book", "abcdef0", map[string]string{"index.html": before + after, "plain.html": "<header>no head", "x.svg": "<head>", "empty.html": ""})
	const page = "/builds/tour/book/latest/index.html"
	whole := s.program(page)
	middle, begins := strings.CutPrefix(whole.body, before)
	middle, ends := strings.CutSuffix(middle, after)
	if !begins || !ends || !strings.HasPrefix(middle, "<script>") || !strings.Contains(middle, "sessionStorage") || strings.Count(middle, "</script>") != 1 {
		t.Fatalf("got %s", whole.body)
	}
	for from := 0; from < len(whole.body); from += len(whole.body) / 40 {
		for _, until := range []int{from, from + len(before), len(whole.body) - 1} {
			until = min(until, len(whole.body)-1)
			a := s.ask(http.MethodGet, page, "Range", fmt.Sprintf("bytes=%d-%d", from, until))
			if want := whole.body[from : until+1]; a.status != http.StatusPartialContent || a.body != want {
				t.Fatalf("bytes %d to %d: got %d %q, want %q", from, until, a.status, a.body, want)
			}
		}
	}
	for file, want := range map[string]string{"plain.html": "<header>no head", "x.svg": "<head>", "empty.html": ""} {
		if a := s.program("/builds/tour/book/latest/" + file); a.status != http.StatusOK || a.body != want {
			t.Errorf("%s: got %d %q", file, a.status, a.body)
		}
	}
}

func TestDirectoriesOfABook(t *testing.T) {
	s := newSite(t)
	s.addBook("50% é?", "abcdef0", map[string]string{"index.html": "home", "sub é/index.html": "sub", "bare/x.css": ""})
	const at = "/builds/tour/50%25%20%C3%A9%3F/latest"
	for path, want := range map[string]string{at: at + "/", at + "?x=1&y": at + "/?x=1&y", at + "/sub%20%C3%A9?a": at + "/sub%20%C3%A9/?a", at + "/bare": at + "/bare/"} {
		if a := s.program(path); a.status != http.StatusFound || a.location() != want {
			t.Errorf("%s: got %d, to %q", path, a.status, a.location())
		}
	}
	if a := s.program(at + "/sub%20%C3%A9/"); a.body != "sub" {
		t.Errorf("got %d %q", a.status, a.body)
	}
	for _, path := range []string{at + "/bare/", at + "/index.html/", at + "/bare/x.css/"} {
		wantPage(t, s.person(path), http.StatusNotFound, "Not found")
	}
}

func TestBooksThatAreNotThere(t *testing.T) {
	s := newSite(t)
	s.addBook("book", "abcdef0", map[string]string{"index.html": "home", build.RecordFile: `{"commit": "x"}`, "sub/x": "x"})
	outside := filepath.Join(s.Config.Root, "builds", "tour", "secret.html")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"out.html": "../../secret.html", "abs.html": outside, "dir": "../..", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(s.Config.Root, "builds/tour/book/abcdef0", link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		"/builds", "/builds/", "/builds/tour", "/builds/tour/", "/builds/tour/book", "/builds/tour/book/", "/builds/other/book/latest/", "/builds/tour/other/latest/",
		"/builds/tour/book/0000000/", "/builds/tour/book/latest/nothing", "/builds/tour/book/latest/" + build.RecordFile, "/builds/tour/book/latest/sub/..%2f" + build.RecordFile,
		"/builds/tour/book/latest/..%2f..%2fsecret.html", "/builds/tour/book/..%2f..%2fsecret.html", "/builds/tour/..%2fbook/latest/", "/builds/..%2ftour/book/latest/",
		"/builds/tour/book/latest/%2e%2e/%2e%2e/secret.html", "/builds/tour/book/latest/sub%2f%2fx", "/builds/tour/book/latest/.%2fsub/x", "/builds/tour/book/latest/%00", "/builds/tour/book/latest/index.html%00.css",
		"/builds/tour/%00/latest/", "/builds/tour/book%00/latest/", "/builds/tour/book/latest%2f/index.html", "/builds/.work/book/latest/", "/builds/tour/book/.new-x/",
		"/builds/tour/book/latest/out.html", "/builds/tour/book/latest/abs.html", "/builds/tour/book/latest/dir/secret.html", "/builds/tour/book/latest/dir/", "/builds/tour/book/latest/loop",
		"/builds/tour/book/latest/" + strings.Repeat("x", 300), "/builds/tour/" + strings.Repeat("x", 300) + "/latest/",
		"/builds/tour/book/latest/sub%5c..%5cx", "/builds/tour/book/latest/index.html/x",
	} {
		a := s.person(path)
		if a.status == http.StatusMovedPermanently || a.status == http.StatusTemporaryRedirect { // cleaned
			a = s.person(a.location())
		}
		wantPage(t, a, http.StatusNotFound, "Not found")
		if t.Failed() {
			t.Fatalf("%s: got %d", path, a.status)
		}
	}
	if a := s.ask(http.MethodPost, "/builds/tour/book/latest/"); a.status != http.StatusNotFound {
		t.Errorf("POST: got %d", a.status)
	}
}

func TestBooksInCaches(t *testing.T) {
	s := newSite(t)
	s.addBook("book", "abcdef0", map[string]string{"x.css": "0123456789"})
	const latest = "/builds/tour/book/latest/x.css"
	first := s.program(latest)
	tag := first.header.Get("ETag")
	if first.header.Get("Cache-Control") != "no-cache" || tag == "" {
		t.Errorf("got %q, %q", first.header.Get("Cache-Control"), tag)
	}
	if got := s.program("/builds/tour/book/abcdef0/x.css").header.Get("Cache-Control"); got != "public, max-age=86400" {
		t.Errorf("got %q", got)
	}
	if a := s.ask(http.MethodGet, latest, "If-None-Match", tag); a.status != http.StatusNotModified || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %d", a.status)
	}
	if a := s.ask(http.MethodGet, latest, "Range", "bytes=2-4"); a.status != http.StatusPartialContent || a.body != "234" {
		t.Errorf("got %d %q", a.status, a.body)
	}
	if a := s.ask(http.MethodHead, latest); a.status != http.StatusOK || a.body != "" || a.header.Get("Content-Length") != "10" {
		t.Errorf("HEAD: got %d %q", a.status, a.body)
	}
	// Another book with the same date and size is another book.
	s.addBook("book", "abcdef1", map[string]string{"x.css": "9876543210"})
	if a := s.ask(http.MethodGet, latest, "If-None-Match", tag); a.status != http.StatusOK || a.body != "9876543210" {
		t.Errorf("got %d %q", a.status, a.body)
	}
}
