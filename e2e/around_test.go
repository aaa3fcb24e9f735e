package e2e_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// typed puts a source into a cell of the notebook that is shown, as typing does.
func typed(index int, source string) act {
	return until(fmt.Sprintf(`(doc => doc && (doc.model.sharedModel.cells[%d].setSource(%q), true))(window.jupyterapp?.shell?.currentWidget?.context)`, index, source))
}

// source is a cell of the notebook that is shown.
func source(index int) string {
	return fmt.Sprintf(`(window.jupyterapp?.shell?.currentWidget?.context?.model?.sharedModel?.cells?.[%d]?.source ?? '')`, index)
}

// follow clicks on a link or a button of our page, by a part of its text.
func follow(text string) act {
	return untilHere(fmt.Sprintf(`(found => found && (found.click(), true))([...document.querySelectorAll('a, button')].find(e => e.checkVisibility() && e.textContent.includes(%q)))`, text))
}

// titled is true on a page of ours with that title.
func titled(text string) act {
	return untilHere(fmt.Sprintf(`document.querySelector('main h1')?.textContent.includes(%q)`, text))
}

const barIsThere = `document.querySelector('.bar-page #bar')`

// TestTheBar uses everything in the page around a notebook.
func TestTheBar(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	window := newBrowser(t)
	leaves(t, window)
	frame := window
	see(t, window, "the notebook", size(1100, 600), show(s.launch("w1/intro", "alice")), until(kernelIdle), untilHere(barIsThere), untilHere(fits))

	t.Run("what is not saved is told, and saved before one leaves", func(t *testing.T) {
		see(t, frame, "type", typed(0, "secret_word = 'typed'"), untilHere(`document.getElementById('saved').textContent.includes('Not saved')`))
		see(t, frame, "leave at once", follow("History"), titled("Versions"))
		if text, err := os.ReadFile(s.workspace("alice", intro)); err != nil || !strings.Contains(string(text), "typed") {
			t.Errorf("what was typed is not in the workspace: %v", err)
		}
		see(t, frame, "two versions", untilHere(`document.querySelectorAll('.versions tbody tr').length === 2`))
	})
	t.Run("history", func(t *testing.T) {
		see(t, frame, "what the newest changed", untilHere(`(document.querySelector('.versions tbody a').click(), true)`), titled("Versions"),
			untilHere(`document.querySelector('ins')?.textContent.includes('typed') && document.querySelector('del')`))
		see(t, frame, "the first again", follow("All versions"), follow("Bring back"), titled("The version is back"))
		see(t, frame, "in Jupyter", follow("Back to the notebook"), until(source(0)+`.includes('plum')`), until(kernelIdle))
	})
	t.Run("reset", func(t *testing.T) {
		see(t, frame, "type and reset", typed(0, "secret_word = 'mine'"), follow("Reset to original"), titled("Reset this notebook"), follow("Reset the notebook"), titled("as the course has it"))
		see(t, frame, "the original", follow("Back to the notebook"), until(source(0)+`.includes('plum')`))
		see(t, frame, "mine is in the history", follow("History"), untilHere(`document.querySelectorAll('.versions tbody tr').length >= 4`), follow("Back to the notebook"), until(kernelIdle))
	})
	t.Run("a new version of the course", func(t *testing.T) {
		see(t, frame, "change a cell", typed(1, "print('my own')"), follow("History"), titled("Versions"), follow("Back to the notebook"), until(source(1)+`.includes('my own')`))
		changed := strings.Replace(tour(t)[intro], "'plum' + 'age'", "'new' + 'er'", 1)
		s.writeCourse(map[string]string{intro: changed})
		s.run("course", "pull", "tour")
		see(t, frame, "the offer", follow("New version of the course"), titled("The course has a new version"), untilHere(`document.querySelector('ins')?.textContent.includes('newer') || document.querySelector('ins')?.textContent.includes("'new'")`))
		see(t, frame, "merge", follow("Merge"), titled("Your notebook has the course"))
		see(t, frame, "both are there", follow("Back to the notebook"), until(source(0)+`.includes("'new'")`), until(source(1)+`.includes('my own')`), untilHere(`document.getElementById('news').hidden`))
	})
	t.Run("share and withdraw", func(t *testing.T) {
		see(t, frame, "share", follow("Share a static version"), titled("What you share"), untilHere(`document.querySelector('.shares input[type=url]')?.value.includes('/snapshots/tour/')`))
		see(t, frame, "withdraw", follow("Withdraw"), untilHere(`!document.querySelector('.shares')`), follow("Back to the notebook"), until(kernelIdle))
	})
	t.Run("support code", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(frame, patience)
		defer cancel()
		code, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.getElementById('code').textContent`))
		if err != nil {
			t.Fatal(err)
		}
		if out := s.run("student", "find", code); !strings.Contains(out, "alice") {
			t.Errorf("%s finds %s", code, out)
		}
	})
	t.Run("restart", func(t *testing.T) {
		runCell2 := `window.jupyterapp.commands.execute('notebook:run-all-cells')`
		see(t, frame, "run", until(kernelIdle), until(`(`+runCell2+`, true)`), until(`document.querySelector('.jp-Notebook').innerText.includes('my own')`))
		before := s.servers()
		see(t, frame, "restart", untilHere(`(document.getElementById('more').open = true)`), follow("Restart the server"), titled("Restart your notebook server"), follow("Restart the server"),
			untilHere(barIsThere), until(kernelIdle), until(source(1)+`.includes('my own')`))
		if after := s.servers(); len(after) != 1 || after[0].ID == before[0].ID {
			t.Errorf("the servers are %v, were %v", after, before)
		}
	})
	t.Run("a server that has stopped", func(t *testing.T) {
		s.run("server", "stop", "tour", "alice", "--yes")
		see(t, frame, "it is told", untilHere(`(document.dispatchEvent(new Event('visibilitychange')), !document.getElementById('gone').hidden)`), follow("Open the notebook again"), untilHere(barIsThere), until(kernelIdle))
	})
	t.Run("a phone", func(t *testing.T) {
		phone := newWindow(t, window)
		leaves(t, phone)
		see(t, phone, "the notebook", size(390, 700), show(s.launch("w1/intro", "alice")), until(source(1)+`.includes('my own')`), untilHere(fits))
		see(t, phone, "all is in the menu", untilHere(`(document.querySelector('#more summary').click(), document.getElementById('more').open)`),
			untilHere(`['History', 'Share', 'Reset', 'Download all', 'Restart'].every(text => [...document.querySelectorAll('#more a, #more button')].some(e => e.checkVisibility() && e.textContent.includes(text)))`),
			untilHere(fits), follow("History"), titled("Versions"), untilHere(fits))
	})
	t.Run("by keyboard", func(t *testing.T) {
		keys := newWindow(t, window)
		leaves(t, keys)
		see(t, keys, "the notebook", focused, size(1100, 600), show(s.launch("w1/intro", "alice")), until(kernelIdle), untilHere(`(document.body.focus(), document.activeElement.blur(), true)`))
		see(t, keys, "skip link first", pressUntil(kb.Tab, `document.activeElement.matches('.skip')`))
		see(t, keys, "the menu", pressUntil(kb.Tab, `document.activeElement.matches('#more summary')`), chromedp.KeyEvent(kb.Enter), untilHere(`document.getElementById('more').open`))
		see(t, keys, "closed by Escape", chromedp.KeyEvent(kb.Escape), untilHere(`!document.getElementById('more').open && document.activeElement.matches('#more summary')`))
		see(t, keys, "history", chromedp.KeyEvent(kb.Home), untilHere(`(document.querySelector('.skip').focus(), true)`),
			pressUntil(kb.Tab, `document.activeElement.textContent.trim() === 'History'`), chromedp.KeyEvent(kb.Enter), titled("Versions"))
		see(t, keys, "back", pressUntil(kb.Tab, `document.activeElement.matches('a') && document.activeElement.textContent.includes('Back to the notebook')`), chromedp.KeyEvent(kb.Enter), untilHere(barIsThere), until(kernelIdle))
	})
}

// pressUntil presses a key until something is true in our page.
func pressUntil(key, expression string) act {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
				return chromedp.Void{}, nil
			}
			if err := chromedp.Do(ctx, chromedp.KeyEvent(key)); err != nil {
				return chromedp.Void{}, err
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("in vain: %s: %w", expression, ctx.Err())
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

// TestTheBarInAFrame has an LMS show a notebook in a frame of 600 pixels, in a browser
// that keeps no cookies for the sites of frames.
func TestTheBarInAFrame(t *testing.T) {
	var shown string
	lms := frameSite(t, &shown)
	s := newSite(t, runtimes["process"](t)+`frame_ancestors: ["'self'", "`+lms+`"]`+"\n", tour(t))
	shown = s.launch("w1/intro", "alice")
	window := newBrowser(t, chromedp.Flag("test-third-party-cookie-phaseout", true))
	leaves(t, window)
	see(t, window, "the LMS", size(1100, 700), show(lms))
	frame := frameOf(t, s, window, func(url string) bool { return strings.Contains(url, "/-/notebook/") })
	see(t, frame, "the notebook", until(kernelIdle), untilHere(barIsThere), untilHere(fits), untilHere(`innerHeight <= 600`))
	see(t, frame, "no cookie is kept", untilHere(`(document.cookie = 'probe=1; SameSite=None; Secure; path=/', document.cookie === '')`))
	see(t, frame, "history", follow("History"), titled("Versions"), untilHere(fits), follow("Back to the notebook"), untilHere(barIsThere), until(kernelIdle))
	see(t, frame, "reset", follow("Reset to original"), titled("Reset this notebook"), follow("Reset the notebook"), titled("as the course has it"), untilHere(fits),
		follow("Back to the notebook"), untilHere(barIsThere), until(kernelIdle))
	see(t, frame, "share", follow("Share a static version"), titled("What you share"), untilHere(fits), follow("Back to the notebook"), untilHere(barIsThere))
	see(t, frame, "restart", untilHere(`(document.getElementById('more').open = true)`), follow("Restart the server"), titled("Restart your notebook server"), follow("Restart the server"),
		untilHere(barIsThere), until(kernelIdle))
}
