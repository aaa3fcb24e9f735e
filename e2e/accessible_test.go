package e2e_test

import (
	"context"
	"fmt"
	"html"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// audit is a page that is judged, in every language, colour scheme and width.
type audit struct {
	name  string
	url   string
	ready string // JavaScript that is true once all of it is there
}

// axe returns the script that judges pages (https://github.com/dequelabs/axe-core).
func axe(t *testing.T) string {
	t.Helper()
	file, err := exec.Command("../scripts/axe", "--file").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(strings.TrimSpace(string(file)))
	if err != nil {
		lacking(t, "axe-core (scripts/axe)", err)
	}
	return string(text)
}

// complaints are what axe has to say of a page, by the success criteria of WCAG 2.2 A
// and AA and by its own advice. What frames hold is Jupyter's.
const complaints = `axe.run({exclude: [['iframe']]}, {
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'target-size': {enabled: true}},
}).then(({violations, passes}) => passes.length < 5 ? 'axe has judged nothing' :
	violations.map(v => v.id + ': ' + v.help + '\n' + v.nodes.map(n => '\t' + n.html + '\n\t' + n.failureSummary).join('\n')).join('\n'))`

// faint lists what shows no outline when it has the focus.
const faint = `[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')].filter(e => e.checkVisibility()).filter(e => {
	e.focus({focusVisible: true});
	const s = getComputedStyle(e);
	return document.activeElement !== e || s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2;
}).map(e => e.outerHTML).join('\n')`

// speaks has requests say which languages their reader prefers.
func speaks(lang string) act {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": lang}})
		return chromedp.Void{}, err
	}
}

// focused has a window behave as if it were the one that is worked in.
func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// judge looks at pages in each language, light and dark, on a phone and on a wide
// screen, and made larger four times.
func judge(t *testing.T, window context.Context, pages []audit) {
	t.Helper()
	see(t, window, "a window that has the focus", focused)
	for _, page := range pages {
		for _, lang := range []string{"en", "fr"} {
			t.Run(page.name+"/"+lang, func(t *testing.T) {
				see(t, window, page.name, size(1200, 900), speaks(lang), show(page.url), untilHere(page.ready),
					untilHere(fmt.Sprintf(`document.documentElement.lang === %q && document.querySelectorAll('h1').length === 1`, lang)))
				judgeAsItIs(t, window, page.name)
				told(t, window, "the focus", faint)
				see(t, window, page.name+" at 400%", size(320, 256), untilHere(fits))
			})
		}
	}
}

// judgeAsItIs looks at what a window shows, light and dark, on a phone and on a wide screen.
func judgeAsItIs(t *testing.T, window context.Context, name string) {
	t.Helper()
	see(t, window, name, chromedp.Evaluate[chromedp.Void](axe(t)))
	for _, width := range []int64{1200, 360} {
		for _, scheme := range []string{"light", "dark"} {
			see(t, window, name, size(width, 800), colours(scheme))
			told(t, window, fmt.Sprintf("%s, %s, %d pixels", name, scheme, width), complaints)
		}
	}
}

// told fails with what a script says.
func told(t *testing.T, window context.Context, what, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(window, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil || text != "" {
		t.Errorf("%s: %v\n%s\nas it looked: %s", what, err, text, picture(window))
	}
}

func TestPagesAreAccessible(t *testing.T) {
	s := newSite(t, runtimes["process"](t)+classroom, demoFiles(t))
	s.addBook(map[string]string{"index.html": "<!DOCTYPE html><title>b</title>"})
	window := newBrowser(t)
	leaves(t, window)
	const there = `document.querySelector('main p')`
	judge(t, window, []audit{
		{"welcome", s.url + "/", there},
		{"error", s.url + "/nowhere", `document.querySelector('[role=alert]')`},
		{"name", s.url + "/auditor/courses", `document.querySelector('input')`},
		{"wrong name", s.url + "/auditor/courses?student=a/b", `document.querySelector('[aria-invalid]')`},
		{"courses", s.url + "/auditor/courses?student=alice", `document.querySelector('.button')`},
		{"classroom", s.classroom(""), atLink + `?.classList.contains('opened')`},
		{"stop", s.url + "/containerKill/tour/alice?notebook=1-first-steps/hello", `document.querySelector('button')`},
		{"stopped", s.url + "/containerKill/tour/nobody", there},
	})
}

// TestPagesOfTheBarAreAccessible looks at what is reached from the page around a notebook.
func TestPagesOfTheBarAreAccessible(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	window := newBrowser(t)
	leaves(t, window)
	bar := s.open("w1/intro", "alice")
	base, _, _ := strings.Cut(bar, "notebook/")
	if err := os.WriteFile(s.workspace("alice", intro), []byte(notebook(t, "mine = 1", "print(mine)")), 0o644); err != nil {
		t.Fatal(err)
	}
	s.open("w1/intro", "alice") // which keeps what was written
	s.writeCourse(map[string]string{intro: notebook(t, "theirs = 2", "print(theirs)", "new = 3")})
	s.run("course", "pull", "tour")
	const about = "?notebook=w1%2Fintro.ipynb"
	const there = `document.querySelector('main p')`
	judge(t, window, []audit{
		{"history", base + "history" + about, `document.querySelectorAll('.versions tbody tr').length > 1`},
		{"reset", base + "reset" + about, there},
		{"restart", base + "restart" + about, there},
		{"shares", base + "shares" + about, there},
		{"update", base + "update" + about, `document.querySelector('ins')`},
		{"histories", base + "history", there},
		{"version", s.url + s.newestVersion(base+"history"+about), `document.querySelector('ins')`},
		{"bar", bar, `!document.querySelector('#news').hidden && document.querySelector('iframe').contentDocument.querySelector('.jp-Notebook')`},
	})
	v := &view{site: s, t: t, window: window, page: window}
	see(t, window, "the bar", size(1200, 900), show(bar))
	v.clickAt("the menu", `document.querySelector('#more summary')`)
	judgeAsItIs(t, window, "the menu")
	see(t, window, "the reset", size(1200, 900), show(base+"reset"+about))
	v.clickAt("the reset", `document.querySelector('main form button')`)
	v.here("what was done", `document.querySelector('main form input[name=version]')`)
	judgeAsItIs(t, window, "what was done")
}

// newestVersion returns where the first version of a list is shown.
func (s *site) newestVersion(list string) string {
	s.t.Helper()
	_, body := s.get(list, "Accept", "text/html")
	found := regexp.MustCompile(`href="([^"]*/history[^"]*version=[^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		s.t.Fatalf("no version in\n%s", body)
	}
	return html.UnescapeString(found[1])
}

func TestPagesOfAnOpeningAreAccessible(t *testing.T) {
	hangs, _ := fakeBin(t, "exec sleep 1000")
	ends, _ := fakeBin(t, "exit 3")
	window := newBrowser(t)
	judge(t, window, []audit{
		{"opening", newSite(t, "runtime: process\nprocess: {bin_dir: "+hangs+"}\nservers: {start_timeout: 20s}\n", tour(t)).launch("w1/intro", "alice"), `document.querySelector('.now')`},
		{"failure", newSite(t, "runtime: process\nprocess: {bin_dir: "+ends+"}\n", tour(t)).launch("w1/intro", "alice"), `!document.querySelector('#failure').hidden`},
	})
}
