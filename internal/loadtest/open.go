package loadtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/nbhosting/nbhosting"
)

// steps are the words by which the stream of an opening says what it is at.
var steps = []string{"course", "workspace", "server", "queue", "room", "runtime", "jupyter"}

const maxRedirects = 10

// click follows a link to a notebook until it is known where that is shown: what
// answers, or the page that follows the start, leads there.
func (s *student) click(ctx context.Context, launch nbhosting.Launch, stopwatch *stopwatch) (*url.URL, error) {
	ctx, cancel := context.WithTimeout(ctx, s.plan.Patience)
	defer cancel()
	to, err := s.browser.resolve(s.browser.site, launch.Path())
	for range maxRedirects {
		if err != nil || isServer(to) {
			return to, err
		}
		var resp *http.Response
		if resp, err = s.browser.navigate(ctx, to); err != nil {
			return nil, hideURL(err)
		}
		if resp.StatusCode >= 300 && resp.StatusCode < 400 {
			resp.Body.Close()
			to, err = s.browser.resolve(to, resp.Header.Get("Location"))
			continue
		}
		var page []byte
		if page, err = read(resp); err != nil {
			return nil, err
		}
		stopwatch.lap(phaseAdmission)
		to, err = s.follow(ctx, to, page, stopwatch)
		stopwatch.lap(phaseWait)
	}
	return nil, problemf("unexpected answer", "the site redirects for ever")
}

func isServer(u *url.URL) bool { return strings.HasPrefix(u.Path, nbhosting.ServerPrefix) }

// follow follows the events of an opening, whose page is shown, to where it leads.
func (s *student) follow(ctx context.Context, at *url.URL, page []byte, stopwatch *stopwatch) (*url.URL, error) {
	reference := attribute(page, "data-events")
	if reference == "" {
		return nil, problemf("unexpected answer", "a page that leads nowhere: %s", gist(page))
	}
	events, err := s.browser.resolve(at, reference)
	if err != nil {
		return nil, err
	}
	f := &follower{stopwatch: stopwatch}
	for {
		if err := s.listen(ctx, events, f); err != nil {
			return nil, err
		}
		if f.location != "" {
			return s.browser.resolve(at, f.location)
		}
		if !sleep(ctx, time.Second) { // as browsers do when a stream ends
			return nil, ctx.Err()
		}
	}
}

// listen reads a stream of events to its end.
func (s *student) listen(ctx context.Context, events *url.URL, f *follower) error {
	resp, err := s.browser.request(ctx, http.MethodGet, events, nil)
	if err != nil {
		return hideURL(err)
	}
	if resp.StatusCode != http.StatusOK {
		_, err := read(resp)
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(io.LimitReader(resp.Body, maxAnswer))
	for lines.Scan() {
		if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
			if err := f.hear([]byte(data)); err != nil || f.location != "" {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return nil // it is asked for again
}

// follower notes how long each step took.
type follower struct {
	stopwatch *stopwatch
	step      string
	since     time.Time
	location  string
}

func (f *follower) hear(data []byte) error {
	var event struct{ Stage, Location, Failure string }
	if err := json.Unmarshal(data, &event); err != nil {
		return problemf("unexpected answer", "an event %q: %w", data, err)
	}
	now := time.Now()
	if event.Stage != f.step {
		if f.step != "" {
			f.stopwatch.note(phaseWait+" "+f.step, now.Sub(f.since))
		}
		f.step, f.since = event.Stage, now
	}
	f.location = event.Location
	if event.Failure != "" {
		return problemf("not opened", "%s", event.Failure)
	}
	return nil
}

// attribute returns the first value that a page has for an attribute.
func attribute(page []byte, name string) (value string) {
	eachTag(page, func(t html.Token) bool {
		value = valueOf(t, name)
		return value == ""
	})
	return value
}

func valueOf(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// eachTag calls do with each start tag, until that returns false.
func eachTag(page []byte, do func(html.Token) bool) {
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			if !do(tokens.Token()) {
				return
			}
		}
	}
}
