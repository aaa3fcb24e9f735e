package e2e_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// TestFramesComeThoughTheNetworkIsAwayForAMoment has the first two requests for the page of
// each of our frames fail, as they do when a laptop goes from one network to another.
func TestFramesComeThoughTheNetworkIsAwayForAMoment(t *testing.T) {
	s := newClass(t)
	for _, c := range []struct{ name, pages, url, ready string }{
		{"the notebook in the bar's page", "*/notebooks/*", s.launch("1-first-steps/hello", "alice"), kernelIdle},
		{"the bar's page in the classroom", "*/notebookLazyCopy/*", s.classroom(""), shownPath + `.includes('/server/') && ` + atLink + `.classList.contains('opened')`},
	} {
		t.Run(c.name, func(t *testing.T) {
			window := newBrowser(t)
			leaves(t, window)
			failed := fail(t, window, c.pages, 2)
			see(t, window, "the page", show(c.url), until(c.ready))
			if n := failed.Load(); n != 2 {
				t.Errorf("%d requests failed", n)
			}
		})
	}
}

// fail has the first n requests of frames whose URL matches a pattern fail.
func fail(t *testing.T, window context.Context, pattern string, n int64) *atomic.Int64 {
	t.Helper()
	if _, err := chromedp.Call(window, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern, ResourceType: network.ResourceTypeDocument}}}); err != nil {
		t.Fatal(err)
	}
	paused := chromedp.Events(window, fetch.RequestPaused)
	failed := new(atomic.Int64)
	go func() {
		for request, err := range paused {
			if err != nil {
				continue
			}
			if failed.Load() < n {
				failed.Add(1)
				_, _ = chromedp.Call(window, fetch.FailRequest, fetch.FailRequestParams{RequestID: request.RequestID, ErrorReason: network.ErrorReasonInternetDisconnected}) // the test waits for what follows
			} else {
				_, _ = chromedp.Call(window, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: request.RequestID})
			}
		}
	}()
	return failed
}
