package loadtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/nbhosting/nbhosting"
)

// browser makes the requests of one student. It goes nowhere but to the site.
type browser struct {
	site    *url.URL
	referer string // of clicks
	http    *http.Client
	sockets *http.Client // for websockets, which are HTTP/1.1
	cached  map[string]bool
}

const (
	maxAnswer      = 32 << 20 // bytes that are read of one
	requestTimeout = time.Minute
	connections    = 6 // to one site, as browsers have them
)

func newBrowser(site *url.URL, referer string) *browser {
	jar, _ := cookiejar.New(nil) // never fails
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	noHTTP2 := &http.Protocols{}
	noHTTP2.SetHTTP1(true)
	return &browser{
		site: site, referer: referer, cached: map[string]bool{},
		http:    &http.Client{Jar: jar, CheckRedirect: stay, Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}},
		sockets: &http.Client{Jar: jar, CheckRedirect: stay, Transport: &http.Transport{Protocols: noHTTP2}},
	}
}

func (b *browser) close() {
	b.http.CloseIdleConnections()
	b.sockets.CloseIdleConnections()
}

// resolve returns the URL that a reference leads to from a page; an error if that is another site.
func (b *browser) resolve(from *url.URL, reference string) (*url.URL, error) {
	to, err := from.Parse(reference)
	if err != nil {
		return nil, problemf("unexpected answer", "it leads to %q: %w", reference, err)
	}
	if to.Scheme != b.site.Scheme || to.Host != b.site.Host {
		return nil, problemf("leads elsewhere", "it leads to %s://%s, which is not %s: the load test stays there", to.Scheme, to.Host, b.site)
	}
	return to, nil
}

// request makes a request as a browser does that shows a page of the site.
func (b *browser) request(ctx context.Context, method string, to *url.URL, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "nbhosting-loadtest")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		req.Header.Set("Origin", b.origin())
		req.Header.Set("Content-Type", "application/json")
	}
	return b.http.Do(req)
}

func (b *browser) origin() string { return b.site.Scheme + "://" + b.site.Host }

// navigate makes the request of somebody who clicks on a link, from elsewhere if there is a referer.
func (b *browser) navigate(ctx context.Context, to *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"User-Agent": "nbhosting-loadtest", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
		"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none",
	} {
		req.Header.Set(name, value)
	}
	if b.referer != "" {
		req.Header.Set("Referer", b.referer)
		req.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	return b.http.Do(req)
}

// read reads an answer that must be good, and closes it.
func read(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, problemf(fmt.Sprintf("HTTP %d", resp.StatusCode), "%s %s: %s: %s",
			resp.Request.Method, nbhosting.RedactPath(resp.Request.URL.EscapedPath()), resp.Status, gist(text))
	}
	return text, err
}

// gist returns what a refusal says, in a line.
func gist(text []byte) string {
	title, found := "", false
	for tokens := html.NewTokenizer(bytes.NewReader(text)); !found; {
		switch tokens.Next() {
		case html.ErrorToken:
			found, title = true, string(text[:min(len(text), maxExample)])
		case html.StartTagToken:
			if name, _ := tokens.TagName(); string(name) == "title" && tokens.Next() == html.TextToken {
				found, title = true, string(tokens.Text())
			}
		}
	}
	return strings.Join(strings.Fields(title), " ")
}

// call sends and reads JSON.
func (b *browser) call(ctx context.Context, method string, to *url.URL, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	resp, err := b.request(ctx, method, to, text)
	if err != nil {
		return hideURL(err)
	}
	answer, err := read(resp)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return problemf("unexpected answer", "%s %s: %w", method, nbhosting.RedactPath(to.EscapedPath()), err)
	}
	return nil
}

// hideURL returns an error without the address in it: that of a server holds a secret.
func hideURL(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}
