package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/web"
)

// sharing stands for what shares notebooks.
type sharing struct {
	shares []snapshot.Share
	err    error
}

func (s *sharing) Share(_ context.Context, r snapshot.Request) (snapshot.Share, error) {
	if s.err != nil {
		return snapshot.Share{}, s.err
	}
	shared := snapshot.Share{
		ID: "id-of-" + r.File, File: r.File, Title: "<Title> of " + r.File, Path: "/snapshots/" + string(r.Key.Course) + "/x.html",
		SharedAt: time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC), Missing: []string{"<missing>.png"},
	}
	s.shares = append(s.shares, shared)
	return shared, nil
}

func (s *sharing) List(nbhosting.Key) ([]snapshot.Share, error) { return s.shares, s.err }

func (s *sharing) Withdraw(_ context.Context, _ nbhosting.Key, id string) error {
	for i, shared := range s.shares {
		if shared.ID == id {
			s.shares = append(s.shares[:i], s.shares[i+1:]...)
			return nil
		}
	}
	return nbhosting.Errorf(nbhosting.NotFound, "You share no such notebook. It may have been withdrawn already.")
}

func (s *sharing) Open(nbhosting.CourseName, string) (*os.File, error) { return nil, os.ErrNotExist }

// pagesBase is where the pages of these tests are.
const pagesBase = "/server/id/secret/-/"

// sharesSite serves the pages of what alice shares.
func sharesSite(t *testing.T, s web.Snapshots) http.Handler {
	t.Helper()
	w := web.New(web.Options{Snapshots: s, PublicURL: "https://nb.example.org", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	return w.SharesPages(nbhosting.Key{Course: "tour", Student: "alice"}, pagesBase)
}

// visit asks for a page of alice's; form is nil for a GET.
func visit(h http.Handler, path string, form url.Values, headers ...string) answer {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.String()}
}

func TestThePageOfShares(t *testing.T) {
	all := &sharing{}
	h := sharesSite(t, all)
	empty := visit(h, pagesBase+"shares?notebook=w1/a+%26.ipynb", nil)
	for _, part := range []string{"<h1>What you share</h1>", "You share no notebook of this course.", `value="w1/a &amp;.ipynb"`, "Share w1/a &amp;.ipynb as it is now", `href="/server/id/secret/-/notebook/w1/a%20&amp;.ipynb"`} {
		if !strings.Contains(empty.body, part) {
			t.Errorf("lacks %s:\n%s", part, empty.body)
		}
	}
	if a := visit(h, pagesBase+"shares", nil); strings.Contains(a.body, "<form") {
		t.Errorf("without a notebook:\n%s", a.body)
	}
	const query = "?notebook=w1%2Fa+%26.ipynb"
	if a := visit(h, pagesBase+"shares"+query, url.Values{"notebook": {"w1/a &.ipynb"}}); a.status != http.StatusSeeOther || a.location() != pagesBase+"shares"+query {
		t.Errorf("got %d %s, to %q", a.status, a.body, a.location())
	}
	page := visit(h, pagesBase+"shares"+query, nil)
	for _, part := range []string{
		`<a href="/snapshots/tour/x.html" target="_blank" rel="noreferrer">&lt;Title&gt; of w1/a &amp;.ipynb</a>`, `value="https://nb.example.org/snapshots/tour/x.html"`,
		`datetime="2026-03-04T05:06:00Z"`, "<code>&lt;missing&gt;.png</code>", `action="/server/id/secret/-/shares?notebook=w1%2Fa&#43;%26.ipynb"`,
		`action="/server/id/secret/-/withdraw?notebook=w1%2Fa&#43;%26.ipynb"`, `name="share" value="id-of-w1/a &amp;.ipynb"`,
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("lacks %s:\n%s", part, page.body)
		}
	}
	if strings.Contains(page.body, "as it is now") || page.header.Get("Referrer-Policy") != "same-origin" || page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v\n%s", page.header, page.body)
	}
	if a := visit(h, pagesBase+"shares", nil, "Accept-Language", "fr"); !strings.Contains(a.body, "<h1>Vos notebooks partagés</h1>") || !strings.Contains(a.body, ">Retirer<") {
		t.Errorf("in French:\n%s", a.body)
	}
	if a := visit(h, pagesBase+"withdraw", url.Values{"share": {"id-of-w1/a &.ipynb"}}); a.status != http.StatusSeeOther || a.location() != pagesBase+"shares" || len(all.shares) != 0 {
		t.Errorf("got %d %s, to %q", a.status, a.body, a.location())
	}
	if a := visit(h, pagesBase+"withdraw", url.Values{"share": {"none"}}); a.status != http.StatusNotFound || !strings.Contains(a.body, "withdrawn already") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestShareByAScriptOfOurs(t *testing.T) {
	all := &sharing{}
	h := sharesSite(t, all)
	form := url.Values{"notebook": {"a.ipynb"}}
	a := visit(h, pagesBase+"shares", form, "Accept", "application/json")
	if want := `{"url_path":"/snapshots/tour/x.html","url":"https://nb.example.org/snapshots/tour/x.html","missing":["\u003cmissing\u003e.png"]}`; a.status != http.StatusOK || a.body != want {
		t.Errorf("got %d %s", a.status, a.body)
	}
	all.err = nbhosting.Errorf(nbhosting.Conflict, "One of your notebooks is being shared at this moment. Try again once that has ended.")
	a = visit(h, pagesBase+"shares", form, "Accept", "application/json", "Accept-Language", "fr")
	if want := `{"error":"Un de vos notebooks est déjà en cours de partage. Réessayez quand ce sera terminé."}`; a.status != http.StatusConflict || a.body != want {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := visit(h, pagesBase+"shares", form); a.status != http.StatusConflict || !strings.Contains(a.body, "<h1>") {
		t.Errorf("as a page: got %d %s", a.status, a.body)
	}
}

func TestSharesAreChangedFromOurPagesOnly(t *testing.T) {
	all := &sharing{}
	h := sharesSite(t, all)
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "", "Origin", "null"}} {
		for _, page := range []string{"shares", "withdraw"} {
			if a := visit(h, pagesBase+page, url.Values{"notebook": {"a.ipynb"}, "share": {"x"}}, headers...); a.status != http.StatusForbidden {
				t.Errorf("%s, %q: got %d %s", page, headers, a.status, a.body)
			}
		}
	}
	if len(all.shares) != 0 {
		t.Error("it is shared")
	}
	if a := visit(h, pagesBase+"shares", url.Values{"notebook": {strings.Repeat("x", 100<<10)}}); a.status != http.StatusBadRequest {
		t.Errorf("a large form: got %d", a.status)
	}
}
