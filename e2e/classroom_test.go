package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/nbhosting/nbhosting"
)

const (
	classroom = "classroom: {open: true}\n"

	// shownPath is where the notebook that is shown is.
	shownPath = `(decodeURIComponent(document.querySelector('iframe:not([hidden])')?.contentWindow.location.pathname ?? ''))`
	// atLink is the link of the notebook that is shown.
	atLink = `document.querySelector('.notebooks a[aria-current=page]')`
	// fits is true if nothing of the page is beyond the window's right edge.
	fits = `document.documentElement.scrollWidth <= innerWidth`
)

// newClass makes a site with the sample course and its classroom.
func newClass(t *testing.T) *site {
	t.Helper()
	return newClassOn(t, "process")
}

func newClassOn(t *testing.T, runtime string) *site {
	t.Helper()
	files := demoFiles(t)
	files["nbhosting/nbhosting.yaml"] += "\nbuilds: [{id: book, name: The book, script: \"true\"}]\n"
	return newSite(t, runtimes[runtime](t)+classroom, files)
}

func (s *site) classroom(rest string) string {
	return s.url + "/auditor/notebook/tour" + rest + "?student=alice"
}

// isShown is true once a notebook is shown, marked, and in the address.
func isShown(stem string) string {
	return fmt.Sprintf(`%s.includes('/server/') && %s.includes(%q) && %s.dataset.src.includes(encodeURI(%q)) && decodeURIComponent(location.pathname).endsWith(%q) && %s.classList.contains('opened')`,
		shownPath, shownPath, stem, atLink, stem, stem, atLink)
}

// clickLink clicks on the notebook whose address ends as stem does.
func clickLink(stem string) act {
	path := nbhosting.Launch{Course: "tour", Notebook: stem, Student: "alice"}.Path()
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(".notebooks a[data-src=%q]", path)))
}

// leaves answers “leave” for who is asked whether to go with a notebook unsaved:
// Jupyter changes text notebooks a little as it opens them.
func leaves(t *testing.T, window context.Context) {
	t.Helper()
	dialogs := chromedp.Events(window, page.JavascriptDialogOpening)
	go func() {
		for _, err := range dialogs {
			if err == nil {
				_, _ = chromedp.Call(window, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // the test waits for what follows
			}
		}
	}()
}

// colours has pages shown as light or dark.
func colours(scheme string) act {
	return func(ctx context.Context, window *chromedp.Target) (chromedp.Void, error) {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		_, err := cdp.Call(ctx, window, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}
}

func size(width, height int64) act { return chromedp.EmulateViewport(width, height) }

func TestTheClassroom(t *testing.T) {
	for name := range runtimes {
		t.Run(name, func(t *testing.T) { useClassroom(t, newClassOn(t, name)) })
	}
}

func useClassroom(t *testing.T, s *site) {
	t.Helper()
	window := newBrowser(t)
	leaves(t, window)
	const hello, lists, odd = "1-first-steps/hello", "1-first-steps/lists-and-loops", "1-first-steps/Text à la carte"

	see(t, window, "the first notebook of the first section", size(1920, 1080), show(s.url+"/auditor/notebook/tour"),
		chromedp.SendKeys(chromedp.CSS("#student"), "alice"+kb.Enter), until(shownPath+`.includes('/server/')`), until(atLink+`.classList.contains('opened')`), until(fits))
	see(t, window, "the second, by a click", clickLink(lists), until(isShown(lists)), until(`document.activeElement === `+atLink))
	see(t, window, "an odd name", clickLink(odd), until(isShown(odd)), until(`document.title.length > 'tour'.length && frames.length === 3`))
	see(t, window, "back", chromedp.NavigateBack(), until(isShown(lists)), until(`frames.length === 3`))
	see(t, window, "back to the start", chromedp.NavigateBack(), until(shownPath+`.includes('hello')`), until(`location.pathname === '/auditor/notebook/tour'`))
	see(t, window, "forward", chromedp.NavigateForward(), until(isShown(lists)))
	see(t, window, "loaded again", chromedp.Reload(), until(isShown(lists)), until(`document.querySelectorAll('.opened').length === 3`))
	for _, file := range []string{hello + ".ipynb", lists + ".md", odd + ".ipynb"} {
		if _, err := os.Stat(s.workspace("alice", file)); err != nil {
			t.Error(err)
		}
	}
	see(t, window, "another track", chromedp.Click(chromedp.CSS("summary")), chromedp.Click(chromedp.CSS(".tracks a[href*=bridge]")),
		until(`location.pathname.endsWith(':bridge') && `+shownPath+`.includes('/server/')`), until(shownPath+`.includes('2-data')`))
}

func TestTheClassroomLeadsToBooks(t *testing.T) {
	s := newClass(t)
	s.addBook(map[string]string{"index.html": "<!DOCTYPE html><title>A book</title><p>read me"})
	window := newBrowser(t)
	see(t, window, "from the list of courses", show(s.url+"/auditor/courses?student=alice"), chromedp.Click(chromedp.CSS("a[href*='/builds/']")),
		until(`document.title === 'A book' && location.pathname === '/builds/tour/book/latest/index.html'`))
	opened := chromedp.WaitNewTarget(window, func(info *target.Info) bool { return strings.Contains(info.URL, "/builds/") })
	see(t, window, "the classroom", show(s.classroom("")), until(atLink+`?.classList.contains('opened')`), chromedp.Click(chromedp.CSS("#contents a[href*='/builds/']")))
	select {
	case <-opened: // beside the notebook, which stays
		see(t, window, "the notebook", until(atLink))
	case <-time.After(patience):
		t.Error("the book does not open in a window of its own")
	}
}

func TestTheClassroomKeepsFewNotebooksAndWhatIsTyped(t *testing.T) {
	s := newClass(t)
	window := newBrowser(t)
	see(t, window, "the first notebook", show(s.classroom("")), until(atLink+`?.classList.contains('opened')`))
	see(t, window, "a mark in its page", until(`document.querySelector('iframe').contentWindow.typed = 'mine'`))
	for _, stem := range []string{"1-first-steps/lists-and-loops", "2-data/reading-a-file"} {
		see(t, window, stem, clickLink(stem), until(isShown(stem)))
	}
	see(t, window, "the first, as it was", clickLink("1-first-steps/hello"), until(isShown("1-first-steps/hello")),
		until(`document.querySelector('iframe:not([hidden])').contentWindow.typed === 'mine'`))
	for _, stem := range []string{"2-data/tables-with-pandas", "3-going-further/random-walks", "3-going-further/predicting-rides"} {
		see(t, window, stem, clickLink(stem), until(isShown(stem)), until(`frames.length <= 4`))
	}
}

func TestTheClassroomByKeyboard(t *testing.T) {
	s := newClass(t)
	window := newBrowser(t)
	see(t, window, "the page", show(s.classroom("")), until(atLink+`?.classList.contains('opened')`), until(`document.querySelector('.fold:not([hidden])')`))
	tabTo := func(what string) act {
		return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			for range 30 {
				if err := chromedp.Do(ctx, keyEvent(kb.Tab)); err != nil {
					return chromedp.Void{}, err
				}
				at, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement.matches(%q)`, what)))
				if err != nil || at {
					return chromedp.Void{}, err
				}
			}
			return chromedp.Void{}, errors.New("Tab does not lead to " + what)
		}
	}
	see(t, window, "the page's start", until(`(document.activeElement?.blur(), true)`))
	see(t, window, "the skip link", tabTo(".skip"), until(`document.querySelector('.skip').getBoundingClientRect().top >= 0`))
	see(t, window, "contents folded", tabTo("[aria-controls=contents]"), keyEvent(kb.Enter),
		until(`document.activeElement.getAttribute('aria-expanded') === 'false' && document.querySelector('#contents').offsetParent === null`))
	see(t, window, "contents back", keyEvent(" "), until(`document.querySelector('#contents').offsetParent !== null`))
	see(t, window, "title folded", tabTo("[aria-controls=top]"), keyEvent(kb.Enter), until(`document.querySelector('#top').offsetParent === null`))
	const odd = "1-first-steps/lists-and-loops"
	see(t, window, "a notebook", tabTo(`.notebooks a[href*=lists-and-loops]`),
		until(`getComputedStyle(document.activeElement).outlineStyle !== 'none'`), keyEvent(kb.Enter), until(isShown(odd)),
		until(`document.querySelector('#said').textContent.startsWith('Opening ')`))
}

func TestTheClassroomOnAPhone(t *testing.T) {
	s := newClass(t)
	window := newBrowser(t)
	leaves(t, window)
	const lists = "1-first-steps/lists-and-loops"
	folded := `getComputedStyle(document.querySelector('#contents')).display === 'none'`
	see(t, window, "the notebook first", size(390, 844), show(s.classroom("")), until(folded), until(fits),
		until(`document.querySelector('iframe').getBoundingClientRect().width === 390 && document.querySelector('iframe').getBoundingClientRect().height > 500`))
	see(t, window, "the contents", chromedp.Click(chromedp.CSS("[aria-controls=contents]")), until(`!(`+folded+`)`), until(fits))
	see(t, window, "a choice", clickLink(lists), until(isShown(lists)), until(folded), until(`document.activeElement.id === 'notebook'`))
	see(t, window, "the list of courses", show(s.url+"/auditor/courses?student=alice"), until(fits), chromedp.Click(chromedp.CSS(".button")), until(atLink))
}
