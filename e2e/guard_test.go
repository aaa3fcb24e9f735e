package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"
)

// TestForeignPagesCannotReachAKernel speaks to a real kernel's websocket.
func TestForeignPagesCannotReachAKernel(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, configure(t), tour(t))
			base := s.base(s.open("w1/intro", "alice"))
			kernels := strings.Replace(base, "http:", "ws:", 1) + "api/kernels/" + startKernel(t, s, base) + "/channels"
			for origin, allowed := range map[string]bool{s.url: true, "": true, "http://evil.example": false, "null": false, "http://127.0.0.1:1": false} {
				header := http.Header{}
				if origin != "" {
					header.Set("Origin", origin)
				}
				conn, resp, err := websocket.Dial(t.Context(), kernels, &websocket.DialOptions{HTTPHeader: header})
				if err == nil {
					conn.CloseNow()
				}
				if (err == nil) != allowed || !allowed && resp.StatusCode != http.StatusForbidden {
					t.Errorf("origin %q: %v, want allowed: %t", origin, err, allowed)
				}
			}
		})
	}
}

func startKernel(t *testing.T, s *site, base string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"api/kernels", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, body := s.do(req)
	_, id, found := strings.Cut(body, `"id": "`)
	if resp.StatusCode != http.StatusCreated || !found {
		t.Fatalf("start a kernel: %s\n%s", resp.Status, body)
	}
	id, _, _ = strings.Cut(id, `"`)
	return id
}

func TestSecretsOfServersAreNeeded(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	around := s.open("w1/intro", "alice")
	base := s.base(around)
	url := strings.Replace(around, "/-/notebook/", "/notebooks/", 1) // what our page has in its frame
	wrong := strings.Replace(url, strings.Split(url, "/")[5], "abcdef", 1)
	if resp, _ := s.get(base + "api/status"); resp.StatusCode != http.StatusOK {
		t.Errorf("with the secret: %s", resp.Status)
	}
	if resp, _ := s.get(base + "api/status?token=x"); resp.StatusCode != http.StatusOK {
		t.Errorf("with a stray token: %s", resp.Status)
	}
	if resp, body := s.get(wrong); resp.StatusCode != http.StatusForbidden || strings.Contains(body, "alice") {
		t.Errorf("a program without the secret: %s\n%s", resp.Status, body)
	}
	if resp, body := s.get(wrong, "Accept", "text/html"); resp.StatusCode != http.StatusNotFound || strings.Contains(body, "alice") {
		t.Errorf("a person without the secret: %s\n%s", resp.Status, body)
	}
	for _, file := range []string{"process", "raw"} {
		if out, err := exec.Command("grep", "--recursive", "--files-with-matches", strings.Split(url, "/")[5], filepath.Join(s.root(), file)).Output(); len(out) > 0 {
			t.Errorf("the secret stands in %s (%v)", out, err)
		}
	}
	if resp, body := s.get(strings.Replace(around, strings.Split(url, "/")[5], "abcdef", 1)); resp.StatusCode != http.StatusNotFound || strings.Contains(body, "alice") {
		t.Errorf("our page without the secret: %s\n%s", resp.Status, body)
	}
	if resp, _ := s.get(around); resp.Header.Get("Referrer-Policy") != "same-origin" || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("our page comes with %v", resp.Header)
	}
	resp, _ := s.get(url)
	for _, header := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "X-Frame-Options"} {
		if got := resp.Header.Get(header); got != "" {
			t.Errorf("%s: %s", header, got)
		}
	}
	if got := resp.Header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy: %s", got)
	}
}

// frameSite serves pages that show a notebook in a frame, at a host that is not ours.
func frameSite(t *testing.T, notebook *string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><title>course page</title><iframe src="%s" width="1000" height="600"></iframe>`, *notebook)
	}))
	t.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

func TestOnlyAllowedPagesMayFrameANotebook(t *testing.T) {
	var notebook string
	allowed, other := frameSite(t, &notebook), frameSite(t, &notebook)
	s := newSite(t, runtimes["process"](t)+`frame_ancestors: ["'self'", "`+allowed+`"]`+"\n", tour(t))
	notebook = s.launch("w1/intro", "alice")
	window := newBrowser(t)

	see(t, window, "the allowed page", show(allowed))
	frame := frameOf(t, s, window, func(url string) bool { return strings.Contains(url, "/server/") })
	see(t, frame, "the notebook and its kernel in the frame", until(kernelIdle), until(`document.body.innerText.includes('secret_word')`))

	see(t, window, "the other page", show(other))
	refused := frameOf(t, s, window, func(url string) bool {
		return strings.HasPrefix(url, "chrome-error:") || strings.Contains(url, "/server/")
	})
	if text := pageText(refused); strings.Contains(text, "secret_word") || !strings.Contains(text, "chrome-error:") {
		t.Errorf("the frame of another page shows:\n%s", text)
	}
}

// frameOf returns the frame of another site in a window's page, once its URL is as wanted.
func frameOf(t *testing.T, s *site, window context.Context, wanted func(url string) bool) context.Context {
	t.Helper()
	var id target.ID
	s.eventually("the frame is there", func() bool {
		infos, err := chromedp.Targets(window)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range infos {
			if info.Type == "iframe" && wanted(info.URL) {
				id = info.TargetID
				return true
			}
		}
		return false
	})
	ctx, cancel := chromedp.NewContext(window, chromedp.WithTargetID(id))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // or the frame is let go of with the first thing that is done in it
		t.Fatal(err)
	}
	return ctx
}

func TestAccessRules(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	for referer, want := range map[string]int{
		"":                               http.StatusFound,
		"http://localhost:1234/course":   http.StatusFound,
		"http://lms.localhost/":          http.StatusFound,
		"http://evil.example/?localhost": http.StatusForbidden,
		"http://localhost.evil.example":  http.StatusForbidden,
		"http://localhost@evil.example":  http.StatusForbidden,
	} {
		var header []string
		if referer != "" {
			header = []string{"Referer", referer}
		}
		resp, body := s.get(s.launch("w1/intro", "alice"), header...)
		if resp.StatusCode != want || strings.Contains(body, "127.0.0.1") {
			t.Errorf("referer %q: %s, want %d\n%s", referer, resp.Status, want, body)
		}
	}
}

// TestBadInput is about what must be refused with a word that helps.
func TestBadInput(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	hostile := s.workspace("mallory", "w1")
	s.open("percent", "mallory")
	if err := os.MkdirAll(hostile, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(hostile, "intro.ipynb")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path   string
		status int
		says   string
	}{
		"unknown course":   {"/notebookLazyCopy/nocourse/nb/alice", http.StatusNotFound, "nocourse"},
		"unknown notebook": {"/notebookLazyCopy/tour/no%20notebook/nobody", http.StatusNotFound, "no notebook"},
		"dots":             {"/notebookLazyCopy/tour/..%2f..%2fetc/passwd/alice", http.StatusBadRequest, ".."},
		"plain dots":       {"/notebookLazyCopy/tour/w1/../../../etc/passwd/alice", http.StatusBadRequest, ".."},
		"absolute":         {"/notebookLazyCopy/tour//etc/passwd/alice", http.StatusBadRequest, "empty part"},
		"NUL":              {"/notebookLazyCopy/tour/a%00b/alice", http.StatusBadRequest, "control character"},
		"10 kB":            {"/notebookLazyCopy/tour/" + strings.Repeat("x", 10000) + "/alice", http.StatusBadRequest, "too long"},
		"odd student":      {"/notebookLazyCopy/tour/w1/intro/%3Cscript%3E", http.StatusBadRequest, "student"},
		"a link out":       {"/notebookLazyCopy/tour/w1/intro/mallory", http.StatusConflict, "link"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.URL.Opaque = c.path // as it is, unlike what url.Parse makes of it
			resp, body := s.do(req)
			if resp.StatusCode != c.status || !strings.Contains(body, c.says) || strings.Contains(body, s.dir) {
				t.Errorf("got %s\n%s\nwant %d, and a word of %q", resp.Status, body, c.status, c.says)
			}
		})
	}
	if _, err := os.Lstat(filepath.Join(s.root(), "students", "nobody")); err == nil {
		t.Error("a notebook that does not exist made a student")
	}
}
