package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// lmsPage is a page of another site with a frame, and things before and after it.
const lmsPage = `<!DOCTYPE html><meta name="viewport" content="width=device-width"><title>course page</title><style>body { margin: 0 }</style>
<a id="before" href="#before">before</a><br>%s<a id="after" href="#after">after</a>`

// anyLMS lets such pages frame notebooks.
const anyLMS = "frame_ancestors: [\"'self'\", \"http://localhost:*\"]\n"

// lms serves such a page at a host that is not ours.
func lms(t *testing.T, framed string) string {
	t.Helper()
	return otherPage(t, fmt.Sprintf(`<iframe src="%s" style="display: block; border: 0; width: 100%%; height: 600px"></iframe>`, framed))
}

// otherPage serves a page of another site with frames.
func otherPage(t *testing.T, frames string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, lmsPage, frames) }))
	t.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

// cookieBrowser starts a browser that lets pages in frames of other sites have cookies, or not.
func cookieBrowser(t *testing.T, block bool) context.Context {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	mode := 0
	if block {
		mode = 1
	}
	preferences := fmt.Sprintf(`{"profile": {"block_third_party_cookies": %t, "cookie_controls_mode": %d}}`, block, mode)
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	return newBrowser(t, chromedp.UserDataDir(dir))
}

// cookieComesBack tells whether a page in a frame of another site gets the cookie that it has set.
func cookieComesBack(t *testing.T, window context.Context) bool {
	t.Helper()
	var back, asked atomic.Bool
	probe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/back" {
			_, err := r.Cookie("probe")
			back.Store(err == nil)
			asked.Store(true)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "probe", Value: "1", Path: "/", Secure: true, SameSite: http.SameSiteNoneMode})
		http.Redirect(w, r, "/back", http.StatusFound)
	}))
	defer probe.Close()
	page := lms(t, probe.URL+"/set")
	see(t, window, "a page that frames a probe", show(page))
	if !asked.Load() {
		t.Fatal("the probe was not loaded with its page")
	}
	return back.Load()
}

// TestTheBarInAFrameOfAnotherSite works in a page of an LMS, 600 pixels high, on a
// wide screen and on a phone, in a browser that blocks third-party cookies.
func TestTheBarInAFrameOfAnotherSite(t *testing.T) {
	if !cookieComesBack(t, cookieBrowser(t, false)) {
		t.Fatal("the probe says that cookies are blocked where they are not")
	}
	browser := cookieBrowser(t, true)
	if cookieComesBack(t, browser) {
		t.Fatal("this browser does not block third-party cookies")
	}
	s := newSite(t, runtimes["process"](t)+anyLMS, tour(t))
	for _, c := range []struct {
		name          string
		width, height int64
	}{{"wide", 1200, 700}, {"phone", 390, 700}} {
		t.Run(c.name, func(t *testing.T) {
			v := newView(t, s.in(t), browser)
			v.frame("w1/intro", "alice", c.width, c.height)
			useFrame(v, c.name == "phone", "# "+c.name)
		})
	}
	t.Run("keyboard", func(t *testing.T) {
		v := newView(t, s.in(t), browser)
		v.frame("percent", "alice", 1200, 700)
		useKeyboard(v)
	})
}

// frame shows a notebook in a frame of another site.
func (v *view) frame(notebook, student string, width, height int64) {
	v.t.Helper()
	see(v.t, v.window, "the page of the LMS", size(width, height), show(lms(v.t, v.launch(notebook, student))))
	v.page = frameOf(v.t, v.site, v.window, func(url string) bool { return strings.HasPrefix(url, v.url) })
	v.working()
	ctx, cancel := context.WithTimeout(v.window, patience)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](`(box => [box.x, box.y])(document.querySelector('iframe').getBoundingClientRect())`))
	if err != nil {
		v.t.Fatal(err)
	}
	v.x, v.y = at[0], at[1]
}

// tool clicks on something in the bar, which on a phone is in its menu.
func (v *view) tool(phone bool, text string) {
	v.t.Helper()
	if phone {
		v.menu(text)
	} else {
		v.click(text)
	}
}

// reachable is true if all of the menu can be scrolled to and is not covered.
const reachable = `[...document.querySelectorAll('#more a, #more button')].filter(e => e.checkVisibility()).every(e => {
	e.scrollIntoView({block: 'nearest'});
	const box = e.getBoundingClientRect();
	return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight && e.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
})`

func useFrame(v *view, phone bool, mark string) {
	v.here("its height", `innerHeight === 600`, fits)
	v.here("room for Jupyter", `document.querySelector('#bar').offsetHeight < 80 && document.querySelector('iframe').offsetHeight > 500`)
	v.click("More")
	v.here("the whole menu", `document.querySelector('#more').open`, reachable, fits)
	v.click("More")
	v.write(" " + mark)
	v.saving("unsaved")
	v.tool(phone, "History")
	v.title("Versions")
	v.here("it fits", fits)
	if newest := v.newest(); !strings.Contains(newest, mark) {
		v.t.Errorf("the newest version:\n%s", newest)
	}
	v.clickAt("the newest", `document.querySelector('.versions tbody a')`)
	v.here("what it changed", `document.querySelector('ins')`, fits)
	v.click("Back to the notebook")
	v.working()
	v.tool(phone, "Reset to original")
	v.title("Reset this notebook to the original?")
	v.here("it fits", fits)
	v.click("Reset the notebook")
	v.title("The notebook is as the course has it")
	v.here("it fits", fits)
	v.click("Back to the notebook")
	v.working()
	v.tool(phone, "Share a static version")
	v.here("what is shared", `document.querySelector('.shares input')`, fits)
	v.click("Withdraw")
	v.here("nothing is shared", `!document.querySelector('.shares input')`)
	v.click("Back to the notebook")
	v.working()
	v.menu("Copy") // the page of the LMS does not lend its clipboard
	v.here("the code is copied", `document.querySelector('#copy').innerText === 'Copied'`)
}

// tab presses Tab, or Shift and Tab, until what has the focus in our page is found by a
// selector; what it passes has to show that it has the focus.
func (v *view) tab(back bool, selector string) {
	v.t.Helper()
	var modifiers []chromedp.Modifier
	if back {
		modifiers = append(modifiers, chromedp.ModifierShift)
	}
	for range 60 {
		see(v.t, v.window, "Tab", keyEvent(kb.Tab, modifiers...))
		if evaluate[bool](v, fmt.Sprintf(`document.hasFocus() && Boolean(document.activeElement?.matches(%q))`, selector)) {
			return
		}
		if faint := evaluate[string](v, `(e => !document.hasFocus() || e === document.body || e.matches('iframe, main') || parseFloat(getComputedStyle(e).outlineWidth) >= 2 ? '' : e.outerHTML)(document.activeElement)`); faint != "" {
			v.t.Errorf("it does not show that it has the focus: %s", faint)
		}
	}
	v.t.Fatalf("Tab does not lead to %s but to %s", selector, evaluate[string](v, `document.hasFocus() + ' ' + document.activeElement?.outerHTML`))
}

// useKeyboard goes from the page of an LMS through the bar into the notebook and back.
func useKeyboard(v *view) {
	see(v.t, v.window, "the link before the frame", untilHere(`(document.querySelector('#before').focus(), document.activeElement.id === 'before')`))
	v.tab(false, ".skip")
	v.here("it is seen", `document.activeElement.getBoundingClientRect().top >= 0`)
	v.tab(false, "#tools > a")
	v.tab(false, "#more > summary")
	v.keys(kb.Enter)
	v.here("the menu", `document.querySelector('#more').open`)
	v.tab(false, "#more a[download]")
	v.keys(kb.Escape)
	v.here("back from the menu", `!document.querySelector('#more').open && document.activeElement.matches('summary')`)
	v.tab(false, "iframe") // into Jupyter's page
	v.here("Jupyter has it", `document.querySelector('iframe').contentDocument.hasFocus()`)
	v.tab(true, "#more > summary") // and out again

	v.tab(true, "#tools > a")
	v.tab(true, ".skip")
	see(v.t, v.window, "back to the page of the LMS", keyEvent(kb.Tab, chromedp.ModifierShift), untilHere(`document.activeElement.id === 'before'`))

	v.tab(false, "#tools > a")
	v.keys(kb.Enter)
	v.title("Versions")
	v.tab(false, "main a.button")
	v.keys(kb.Enter)
	v.working()
	v.tab(false, "#more > summary")
	v.keys(kb.Enter)
	v.tab(false, `#more a[href*="restart"]`)
	v.keys(kb.Enter)
	v.title("Restart your notebook server?")
	v.tab(false, "main a.button")
	v.keys(kb.Enter)
	v.working()
}
