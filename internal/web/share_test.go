package web_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/config"
)

// shareIntro shares what alice opens at intro.
const shareIntro = "/ipythonShare/tour/w1/intro/alice"

// shared asks for a notebook to be shared, as a program, and returns the answer.
func (s site) shared(path string, headers ...string) (status int, answer map[string]string) {
	s.t.Helper()
	a := s.ask(http.MethodGet, path, append([]string{"Accept", "application/json"}, headers...)...)
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil || a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
		s.t.Fatalf("%s: got %d %s, %v", path, a.status, a.body, a.header)
	}
	return a.status, answer
}

func TestShareByAddress(t *testing.T) {
	s := newSite(t)
	s.open(intro)
	s.stop("alice")
	status, answer := s.shared(shareIntro)
	at := answer["url_path"]
	if status != http.StatusOK || !regexp.MustCompile(`^/snapshots/tour/[a-z2-7]{26}\.html$`).MatchString(at) {
		t.Fatalf("got %d, %v", status, answer)
	}
	if diff := cmp.Diff(map[string]string{"url_path": at, "url": "https://nb.example.org" + at}, answer); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.runs("alice") {
		t.Error("a server was started")
	}
	page := s.person(at)
	if page.status != http.StatusOK || page.body != "<title>w1/intro</title><pre>{}</pre>" {
		t.Errorf("got %d %s", page.status, page.body)
	}
	for _, same := range []string{shareIntro + "/", "/ipythonShare/tour/w1/intro.ipynb/alice", shareIntro + "?x=y"} {
		if _, again := s.shared(same); again["url_path"] != at {
			t.Errorf("%s: got %v, not %s", same, again, at)
		}
	}
	for _, secret := range []string{"alice", strings.TrimSuffix(filepath.Base(at), ".html")} {
		if strings.Contains(page.body, secret) || secret != "alice" && strings.Contains(s.Log.String(), secret) {
			t.Errorf("%q is told", secret)
		}
	}
}

func TestWhatCannotBeShared(t *testing.T) {
	s := newSite(t)
	s.open(intro)
	for path, say := range map[string]string{
		"/ipythonShare/nowhere/w1/intro/alice": `no course named "nowhere"`,
		"/ipythonShare/tour/w1/intro/bob":      `There is no work in this course yet`,
		"/ipythonShare/tour/none/alice":        `has no notebook named "none"`,
		"/ipythonShare/tour/../alice":          `may not hold ".."`,
		"/ipythonShare/tour/alice":             "should name a course, a notebook and a student",
		"/ipythonShare/tour/%00/alice":         "control character",
	} {
		if status, answer := s.shared(path); status != http.StatusOK || !strings.Contains(answer["error"], say) || len(answer) != 1 {
			t.Errorf("%s: got %d, %v", path, status, answer)
		}
	}
	if _, answer := s.shared("/ipythonShare/tour/w1/intro/bob", "Accept-Language", "fr"); !strings.HasPrefix(answer["error"], "Il n’y a encore aucun travail") {
		t.Errorf("in French: %v", answer)
	}
	if a := s.ask(http.MethodPost, shareIntro); !strings.Contains(a.body, "takes a GET") {
		t.Errorf("POST: got %d %s", a.status, a.body)
	}
	if found, err := os.ReadDir(filepath.Join(s.Config.Root, "students/bob")); !os.IsNotExist(err) {
		t.Errorf("a workspace was made: %v, %v", found, err)
	}
}

// TestWhoMayShareByAddress: those who may open, and no script of a page.
func TestWhoMayShareByAddress(t *testing.T) {
	s := newSite(t, func(c *config.Config) { c.Access.Addresses = nil })
	s.ask(http.MethodGet, intro, "Referer", "https://lms.example.org/")
	for name, test := range map[string]struct {
		headers []string
		may     bool
	}{
		"a link in the course":  {[]string{"Referer", "https://lms.example.org/", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site"}, true},
		"a page of this site":   {[]string{"Referer", "https://nb.example.org/x", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "same-origin"}, true},
		"a program that knows":  {[]string{"Referer", "https://nb.example.org/x"}, true},
		"another site":          {[]string{"Referer", "https://evil.example/", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site"}, false},
		"nobody":                {nil, false},
		"a script of this site": {[]string{"Referer", "https://nb.example.org/server/x/y/", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "same-origin"}, false},
		"a picture":             {[]string{"Referer", "https://lms.example.org/", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Site", "cross-site"}, false},
	} {
		status, answer := s.shared(shareIntro, test.headers...)
		if (status == http.StatusOK && answer["url"] != "") != test.may || !test.may && (status != http.StatusForbidden || answer["error"] == "") {
			t.Errorf("%s: got %d, %v", name, status, answer)
		}
	}
}

func TestHowASharedNotebookIsServed(t *testing.T) {
	s := newSite(t)
	s.open(intro)
	_, answer := s.shared(shareIntro)
	at := answer["url_path"]
	old := "/snapshots/tour/" + strings.Repeat("0123456789", 4) + ".html" // as moved over from an earlier site
	if err := os.WriteFile(filepath.Join(s.Config.Root, old), []byte("<script>old</script>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{at, old, at + "?x=y"} {
		a := s.person(path)
		for name, want := range map[string]string{
			"Content-Type":           "text/html; charset=utf-8",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow, noarchive",
			"Content-Security-Policy": "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self' https://lms.example.org",
		} {
			if got := a.header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Cross-Origin-Opener-Policy"} {
			if got, sent := a.header[name]; sent {
				t.Errorf("%s: %s: %s", path, name, got)
			}
		}
		again := s.ask(http.MethodGet, path, "If-None-Match", a.header.Get("ETag"))
		if again.status != http.StatusNotModified || again.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s again: got %d, %v", path, again.status, again.header)
		}
	}
	work := filepath.Join(s.Config.Root, "students/alice/tour/w1/intro.ipynb")
	if err := os.WriteFile(work, []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := s.person(at)
	s.shared(shareIntro)
	if a := s.ask(http.MethodGet, at, "If-None-Match", before.header.Get("ETag")); a.status != http.StatusOK || !strings.Contains(a.body, "changed") {
		t.Errorf("shared again: got %d %s", a.status, a.body)
	}
	for _, path := range []string{
		"/snapshots/", "/snapshots/tour/", "/snapshots/tour/.students/alice.json", "/snapshots/tour/.students%2falice.json", "/snapshots/.work/x.html",
		"/snapshots/tour/" + strings.Repeat("a", 26) + ".html", at + "/", strings.TrimSuffix(at, ".html"), "/snapshots/nowhere/" + filepath.Base(at), "/snapshots/..%2ftour/" + filepath.Base(at),
	} {
		if a := s.program(path); a.status != http.StatusNotFound {
			t.Errorf("%s: got %d %s", path, a.status, a.body)
		}
	}
}

func TestLibrariesOfSharedNotebooks(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"mathjax.js", "require.js"} {
		want, err := os.ReadFile("../snapshot/libraries/" + name)
		if err != nil {
			t.Fatal(err)
		}
		path := "/snapshots/-/" + name
		plain := s.ask(http.MethodGet, path, "Accept-Encoding", "identity")
		zipped := s.ask(http.MethodGet, path, "Accept-Encoding", "gzip, br")
		if plain.body != string(want) || plain.header.Get("Content-Type") != "text/javascript; charset=utf-8" || plain.header.Get("ETag") == zipped.header.Get("ETag") {
			t.Errorf("%s: got %d, %v", name, plain.status, plain.header)
		}
		z, err := gzip.NewReader(strings.NewReader(zipped.body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || string(text) != string(want) {
			t.Errorf("%s, compressed: %d bytes, %v", name, len(text), err)
		}
		if again := s.ask(http.MethodGet, path, "Accept-Encoding", "gzip, br", "If-None-Match", zipped.header.Get("ETag")); again.status != http.StatusNotModified {
			t.Errorf("%s again: got %d", name, again.status)
		}
	}
	if a := s.program("/snapshots/-/require.LICENSE"); a.status != http.StatusNotFound {
		t.Errorf("got %d", a.status)
	}
}
