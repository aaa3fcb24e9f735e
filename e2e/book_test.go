package e2e_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// bookPage tries what a page of our own origin could do, and says what came of it.
const bookPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>book</title>
<link rel="stylesheet" href="book.css">
<script src="plain.js"></script><script type="module" src="module.mjs"></script>
</head><body><p id="styled">text</p><a id="away" href="ELSEWHERE/link" target="_blank" referrerpolicy="unsafe-url">away</a>
<script>
const said = {};
const attempt = async (name, f) => { try { said[name] = String(await f()); } catch (e) { said[name] = 'refused: ' + e.name; } };
(async () => {
	await attempt('origin', () => self.origin);
	await attempt('cookie', () => document.cookie);
	await attempt('setCookie', () => { document.cookie = 'stolen=1; path=/'; return 'set'; });
	await attempt('localStorage', () => localStorage.getItem('secret'));
	await attempt('indexedDB', () => new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = () => yes('opened'); r.onerror = () => no(r.error); }));
	await attempt('worker', () => navigator.serviceWorker.register('plain.js'));
	await attempt('home', async () => (await fetch('/', {credentials: 'include'})).status);
	await attempt('post', async () => (await fetch('/openings/x/retry', {method: 'POST', credentials: 'include', headers: {'X-A': 'b'}})).status);
	await attempt('referer', async () => (await fetch('ELSEWHERE/fetch', {mode: 'no-cors', referrerPolicy: 'unsafe-url'})).type);
	await attempt('frame', () => new Promise(yes => { const f = document.createElement('iframe'); f.src = '/'; f.onload = () => { try { yes(f.contentWindow.document.title); } catch (e) { yes('refused: ' + e.name); } }; document.body.append(f); }));
	await attempt('parent', () => parent === self ? 'none' : parent.document.title);
	await attempt('top', () => { if (top === self) return 'none'; top.location = '/'; return 'moved'; });
	await attempt('own', async () => (await (await fetch('data.json')).json()).answer);
	await attempt('font', async () => { await document.fonts.load('20px bookfont'); return document.fonts.check('20px bookfont') && [...document.fonts].every(f => f.status === 'loaded'); });
	await attempt('css', () => getComputedStyle(document.getElementById('styled')).color);
	await attempt('scripts', () => new Promise(yes => { const i = setInterval(() => { if (self.module) { clearInterval(i); yes([self.plain, self.module]); } }, 20); }));
	document.title = 'done';
	self.said = said;
	parent.postMessage(said, '*');
})();
</script></body></html>`

// addBook puts a book into the site, as a build leaves it.
func (s *site) addBook(files map[string]string) {
	s.t.Helper()
	dir := filepath.Join(s.root(), "builds", "tour", "book")
	for name, text := range files {
		path := filepath.Join(dir, "abcdef0", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := os.Symlink("abcdef0", filepath.Join(dir, "latest")); err != nil {
		s.t.Fatal(err)
	}
}

// elsewhere is another site, which notes who comes from where.
type elsewhere struct {
	mu       sync.Mutex
	referers map[string]string // by path
}

func (e *elsewhere) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.referers[r.URL.Path] = "from " + r.Referer()
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, `<title>elsewhere</title><script>onmessage = e => { self.said = e.data; };</script>`)
	if book := r.URL.Query().Get("frame"); book != "" {
		fmt.Fprintf(w, `<iframe src="%s"></iframe>`, html.EscapeString(book))
	}
}

func (e *elsewhere) referer(path string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.referers[path]
}

// font returns a font of this host.
func font(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/share/fonts/truetype/*/*.ttf")
	if err != nil || len(found) == 0 {
		lacking(t, "a font", err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestScriptsOfABookAreKeptApart runs a hostile page of a book in a browser that
// has something to steal, alone and in a frame of a site that may frame it.
func TestScriptsOfABookAreKeptApart(t *testing.T) {
	others := &elsewhere{referers: map[string]string{}}
	other := httptest.NewServer(others)
	t.Cleanup(other.Close)
	s := newSite(t, fmt.Sprintf("runtime: process\nframe_ancestors: [%q, %q]\n", "'self'", other.URL), tour(t))
	s.addBook(map[string]string{
		"index.html": strings.ReplaceAll(bookPage, "ELSEWHERE", other.URL), "plain.js": "self.plain = 'plain';", "module.mjs": "self.module = 'module';",
		"data.json": `{"answer": 42}`, "deep/font.ttf": font(t),
		"book.css": "@font-face { font-family: bookfont; src: url(deep/font.ttf); }\n#styled { color: rgb(1, 2, 3); font-family: bookfont; }",
	})
	window := newBrowser(t)
	see(t, window, "leave something to steal", show(s.url), until(`(document.cookie = 'secret=1; path=/', localStorage.setItem('secret', 1), document.cookie)`))
	want := map[string]string{
		"origin": "null", "cookie": "", "setCookie": "set", "localStorage": "null", // of a memory of its own
		"indexedDB": "refused: SecurityError", "worker": "refused: SecurityError", "home": "refused: TypeError", "post": "refused: TypeError", "referer": "opaque",
		"frame": "refused: SecurityError", "parent": "none", "top": "none",
		"own": "42", "font": "true", "css": "rgb(1, 2, 3)", "scripts": "plain,module",
	}
	book := s.url + "/builds/tour/book/latest/"
	see(t, window, "the book alone", show(book), until("self.said"))
	if diff := cmp.Diff(want, said(t, window)); diff != "" {
		t.Errorf("alone (-want +got):\n%s", diff)
	}
	see(t, window, "follow a link", chromedp.Click(chromedp.CSS("#away")))
	s.eventually("the link is followed", func() bool { return others.referer("/link") != "" })
	for _, path := range []string{"/fetch", "/link"} {
		if got := others.referer(path); got != "from " {
			t.Errorf("%s: a request of the book comes with the address of the site: %q", path, got)
		}
	}
	want["parent"], want["top"] = "refused: SecurityError", "refused: SecurityError"
	see(t, window, "the book in a frame", show(other.URL+"/?frame="+book), until("self.said"))
	if diff := cmp.Diff(want, said(t, window)); diff != "" {
		t.Errorf("in a frame (-want +got):\n%s", diff)
	}
	see(t, window, "the site is as it was", show(s.url), until("localStorage.getItem('secret') === '1' && document.cookie === 'secret=1'"))
}

// said is what the page found out.
func said(t *testing.T, window context.Context) map[string]string {
	t.Helper()
	got, err := chromedp.Run(window, chromedp.Evaluate[map[string]string]("self.said"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}
