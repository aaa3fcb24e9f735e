package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// view is a page of ours as somebody has it before them: alone in a window, or in
// a frame of another site's page.
type view struct {
	*site
	t      *testing.T
	window context.Context // that is clicked and typed in
	page   context.Context // whose scripts are asked
	x, y   float64         // where the page begins in the window
}

// newView opens a window of a browser.
func newView(t *testing.T, s *site, browser context.Context) *view {
	t.Helper()
	window := newWindow(t, browser)
	see(t, window, "a window that has the focus", focused)
	return &view{site: s, t: t, window: window, page: window}
}

// open shows a student's notebook, until it can be worked in.
func (v *view) open(notebook, student string) {
	v.t.Helper()
	see(v.t, v.window, "open "+notebook, show(v.launch(notebook, student)))
	v.working()
}

// working waits until the notebook in our page can be worked in.
func (v *view) working() {
	v.t.Helper()
	v.here("our page", `document.querySelector('#bar')`)
	v.inside("its notebook", inUse)
}

// inUse is true once the notebook that is on top can be worked in; on a phone nothing shows how its kernel is.
const inUse = `document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .cm-content, .jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell') &&
	jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status === 'idle'`

// here waits for what is true in our page.
func (v *view) here(what string, expressions ...string) {
	v.t.Helper()
	for _, expression := range expressions {
		see(v.t, v.page, what, untilHere(expression))
	}
}

// inside waits for what is true in Jupyter's page.
func (v *view) inside(what string, expressions ...string) {
	v.t.Helper()
	for _, expression := range expressions {
		see(v.t, v.page, what, until(expression))
	}
}

// title waits for the page with a title, and for all that belongs to it: before its style sheet
// is there, the browser's own style is what shows.
func (v *view) title(text string) {
	v.t.Helper()
	v.here("the page “"+text+"”", fmt.Sprintf(`document.readyState === 'complete' && document.querySelector('h1')?.innerText === %q`, text))
}

// click clicks on the link or button that is called so and that can be seen.
func (v *view) click(text string) {
	v.t.Helper()
	v.clickAt(text, fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('a, button, summary')].filter(e => e.checkVisibility());
		return all.find(e => e.innerText.trim() === %[1]q) ?? all.find(e => e.innerText.startsWith(%[1]q));
	})()`, text))
}

// menu clicks on something in the menu of the bar.
func (v *view) menu(text string) {
	v.t.Helper()
	v.click("More")
	v.here("the menu", `document.querySelector('#more').open`)
	v.click(text)
}

// clickAt clicks on an element of our page once nothing is over it.
func (v *view) clickAt(what, element string) {
	v.t.Helper()
	place := fmt.Sprintf(`(element => {
		element?.scrollIntoView({block: 'nearest'});
		const box = element?.getClientRects()[0], x = box?.x + box?.width / 2, y = box?.y + box?.height / 2;
		return box && element.contains(document.elementFromPoint(x, y)) ? [x, y] : [];
	})(%s)`, element)
	v.clickOnce(what, place)
}

// clickIn clicks on what a selector finds in Jupyter's page.
func (v *view) clickIn(selector string) {
	v.t.Helper()
	v.clickOnce(selector, placeInside(selector))
}

// clickOnce clicks on a place once it is there and does not move any more.
func (v *view) clickOnce(what, place string) {
	v.t.Helper()
	var at []float64
	v.eventually(what+" can be clicked on", func() bool {
		before := at
		see(v.t, v.page, "what to click: "+what, untilHere("document.readyState === 'complete' && "+place+".length === 2"))
		at = evaluate[[]float64](v, place)
		return len(at) == 2 && slices.Equal(before, at)
	})
	see(v.t, v.window, "click on "+what, sent(chromedp.MouseClickXY(v.x+at[0], v.y+at[1])))
}

// keys types, or presses keys.
func (v *view) keys(text string) {
	v.t.Helper()
	see(v.t, v.window, fmt.Sprintf("type %q", text), keyEvent(text))
}

// write types at the end of the first line of the first cell of a notebook.
func (v *view) write(text string) {
	v.t.Helper()
	v.writeIn(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-line", ".cm-content", text)
}

func (v *view) writeIn(line, focus, text string) {
	v.t.Helper()
	has := fmt.Sprintf(`Boolean(document.querySelector('.bar-page iframe').contentDocument.activeElement?.matches(%q))`, focus)
	for end := time.Now().Add(patience); !evaluate[bool](v, has); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			v.t.Fatalf("a click on %s does not let one type\nas it looked: %s", line, picture(v.window))
		}
		v.clickIn(line) // again, if the page was still moving
	}
	v.keys(kb.End)
	v.keys(text)
	v.inside("what was typed", fmt.Sprintf(`document.body.innerText.replaceAll('\u00a0', ' ').includes(%q)`, strings.TrimSpace(text)))
}

// saving waits for what the bar says of saving: saved, unsaved, saving, failed.
func (v *view) saving(word string) {
	v.t.Helper()
	v.here("the bar says "+word, fmt.Sprintf(`document.querySelector('#saved').dataset.now === %q`, word))
}

// newest returns the newest version of the history that is shown.
func (v *view) newest() string {
	v.t.Helper()
	return evaluate[string](v, `fetch(document.querySelector('.versions tbody a[download]').href).then(a => a.text())`)
}

// evaluate asks a script of our page.
func evaluate[T any](v *view, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.page, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// asked has the page ask the site now how things are.
const asked = `(document.dispatchEvent(new Event('visibilitychange')), true)`

// downloads has files that are downloaded saved in a directory.
func downloads(t *testing.T, window context.Context) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if _, err := chromedp.CallBrowser(window, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
	}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// arrived waits for a file that is downloaded, and takes it.
func (v *view) arrived(dir, name string) string {
	v.t.Helper()
	path := filepath.Join(dir, name)
	v.eventually(name+" arrives", func() bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 0 // the browser holds the name by an empty file at first
	})
	text, err := os.ReadFile(path)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		v.t.Fatal(err)
	}
	return string(text)
}

// other returns a view of the window that opens by doing something.
func (v *view) other(wanted string, do func()) *view {
	v.t.Helper()
	opened := chromedp.WaitNewTarget(v.window, func(info *target.Info) bool { return strings.Contains(info.URL, wanted) })
	do()
	select {
	case id := <-opened:
		ctx, cancel := chromedp.NewContext(v.window, chromedp.WithTargetID(id))
		v.t.Cleanup(cancel)
		if err := chromedp.Do(ctx); err != nil { // or the window is let go of with the first thing that is done in it
			v.t.Fatal(err)
		}
		see(v.t, ctx, "the window that opened", focused)
		return &view{site: v.site, t: v.t, window: ctx, page: ctx}
	case <-v.t.Context().Done():
	}
	v.t.Fatalf("no window with %s opens", wanted)
	return nil
}

// in is the site for a test in a test.
func (s *site) in(t *testing.T) *site {
	c := *s
	c.t = t
	return &c
}

// work returns a notebook of a student's as it is on disk, its sources in one string.
func (s *site) work(student, file string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.workspace(student, file))
	if err != nil {
		s.t.Fatal(err)
	}
	var nb struct{ Cells []struct{ Source any } }
	if err := json.Unmarshal(text, &nb); err != nil {
		return string(text)
	}
	sources, err := json.Marshal(nb.Cells)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(sources)
}
