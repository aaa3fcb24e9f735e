package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestTheBarAroundEachFrontEnd types in each of Jupyter's applications, sees the bar
// tell that it is not saved, and leaves at once.
func TestTheBarAroundEachFrontEnd(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	browser := newBrowser(t)
	for i, c := range []struct{ format, notebook, file string }{
		{"lab/tree/{notebook}", "w1/intro", intro},
		{"notebooks/{notebook}", "v1.2-text", "v1.2-text.md"},
		{"edit/{notebook}?factory=Jupytext%20Notebook", "percent", "percent.py"},
	} {
		t.Run(strings.Split(c.format, "/")[0], func(t *testing.T) {
			v := newView(t, s.in(t), browser)
			leaves(t, v.window) // text notebooks change as they are opened
			v.settings("general: {notebook-url-format: \"" + c.format + "\"}\n")
			v.open(c.notebook, "alice")
			v.inside("the front end", fmt.Sprintf(`location.pathname.includes('/%s/')`, strings.Split(c.format, "/")[0]))
			mark := fmt.Sprintf("# mark%d", i)
			v.write(" " + mark)
			v.leavesSaved(c.file, mark)
		})
	}
	t.Run("classic", func(t *testing.T) {
		v := newView(t, s.in(t), browser)
		leaves(t, v.window)
		v.settings("general: {notebook-url-format: \"nbclassic/notebooks/{notebook}\"}\n")
		see(t, v.window, "open", show(v.launch("w1/été 100%", "alice")))
		v.here("our page", `document.querySelector('#bar')`)
		v.inside("the classic notebook", `Jupyter?.notebook?.kernel?.is_connected()`)
		v.writeIn(".CodeMirror-line", ".CodeMirror textarea", " # typed")
		v.saving("unsaved")
		v.keys("\x1b") // out of the cell
		see(t, v.window, "save", press("s"))
		v.saving("saved")
		v.writeIn(".CodeMirror-line", ".CodeMirror textarea", " # more")
		v.leavesSaved("w1/été 100%.ipynb", "# typed # more")
	})
}

// settings has the course say something else from now on.
func (v *view) settings(text string) {
	v.t.Helper()
	v.writeCourse(map[string]string{"nbhosting/nbhosting.yaml": text})
	v.run("course", "pull", "tour")
}

// leavesSaved leaves a page in which was typed, and finds it in the newest version.
func (v *view) leavesSaved(file, mark string) {
	v.t.Helper()
	v.saving("unsaved")
	v.click("History")
	v.title("Versions")
	v.wantWork(file, mark)
	if newest := v.newest(); !strings.Contains(newest, mark) {
		v.t.Errorf("the newest version:\n%s", newest)
	}
}

// TestTheBarIsAboutTheNotebookThatIsSeen goes from one notebook to another in JupyterLab.
func TestTheBarIsAboutTheNotebookThatIsSeen(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	v := newView(t, s, newBrowser(t))
	leaves(t, v.window)
	s.open("w1/été 100%", "alice") // so that it is among the student's files
	see(t, v.window, "open", show(s.launch("w1/intro", "alice")+"?app=lab"))
	v.working()
	v.write(" # intro")
	v.saving("unsaved")
	v.inside("another", `jupyterapp.commands.execute('docmanager:open', {path: 'w1/été 100%.ipynb'}) && true`)
	v.inside("it can be worked in", kernelIdle)
	v.here("the bar of the other", `document.querySelector('#bar .title').title === 'w1/été 100%.ipynb'`, `decodeURIComponent(location.pathname).endsWith('/-/notebook/w1/été 100%.ipynb') && location.search === '?app=lab'`,
		`new URL(document.querySelector('#tools a').href).searchParams.get('notebook') === 'w1/été 100%.ipynb'`, `document.title.includes('été')`)
	v.write(" # other")
	v.menu("Download this notebook") // the menu of the new bar works
	v.inside("back", `jupyterapp.commands.execute('docmanager:open', {path: 'w1/intro.ipynb'}) && true`)
	v.here("the bar of the first", `document.querySelector('#bar .title').title === 'w1/intro.ipynb'`)
	v.inside("something else", `jupyterapp.commands.execute('launcher:create') && true`, `!jupyterapp.shell.currentWidget.context`)
	v.here("the bar of what was seen last", `document.querySelector('#bar .title').title === 'w1/intro.ipynb'`)
	v.click("History")
	v.title("Versions")
	for file, mark := range map[string]string{intro: "# intro", "w1/été 100%.ipynb": "# other"} { // both were saved
		v.wantWork(file, mark)
	}
}

// TestWithoutTheBar is about a course that wants Jupyter alone.
func TestWithoutTheBar(t *testing.T) {
	files := tour(t)
	files["nbhosting/nbhosting.yaml"] = "bar: false\n"
	s := newSite(t, runtimes["process"](t), files)
	v := newView(t, s, newBrowser(t))
	see(t, v.window, "open", show(s.launch("w1/intro", "alice")))
	v.here("Jupyter's own address", `location.pathname.startsWith('/server/') && location.pathname.endsWith('/notebooks/w1/intro.ipynb')`, kernelIdle)
	v.here("no bar", `!document.querySelector('#bar') && top === self`)
}

// TestTheBarWithoutScripts follows links and sends forms with no script at all.
func TestTheBarWithoutScripts(t *testing.T) {
	s := newSite(t, runtimes["process"](t), tour(t))
	v := newView(t, s, newBrowser(t))
	at := s.open("w1/intro", "alice")
	if _, err := chromedp.Call(v.window, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	see(t, v.window, "the page", show(at))
	v.here("no script runs", `document.querySelector('#copy')?.hidden`)
	v.click("Reset to original")
	v.click("Reset the notebook")
	v.title("The notebook is as the course has it")
	v.click("Back to the notebook")
	v.click("History")
	v.title("Versions")
	v.clickAt("a version", `document.querySelector('.versions tbody a')`)
	v.click("Back to the notebook")
	v.click("Share a static version")
	v.here("the address", `document.querySelector('.shares input')`)
	v.click("Withdraw")
	v.click("Back to the notebook")
	dir := downloads(t, v.window)
	v.menu("Download this notebook")
	v.arrived(dir, "intro.ipynb")
	v.click("Restart the server") // the menu is still open
	v.click("Restart the server")
	v.here("the notebook again", fmt.Sprintf(`document.querySelector('#bar') && location.href !== %q`, at))
}

// TestThreeNotebooksInOnePage shows notebooks of two courses beside one another.
func TestThreeNotebooksInOnePage(t *testing.T) {
	s := newSite(t, runtimes["process"](t)+anyLMS, tour(t))
	s.run("course", "create", "other", s.repo(), "--image", testImage)
	v := newView(t, s, newBrowser(t))
	var frames string
	for _, url := range []string{s.launch("w1/intro", "alice"), s.launch("percent", "alice"), strings.Replace(s.launch("w1/intro", "alice"), "/tour/", "/other/", 1)} {
		frames += fmt.Sprintf(`<iframe src="%s" width="1000" height="560"></iframe>`, url)
	}
	see(t, v.window, "the page", size(1200, 1800), show(otherPage(t, frames)))
	seen := map[string]bool{}
	for range 3 {
		v.page = frameOf(t, s, v.window, func(url string) bool {
			_, file, found := strings.Cut(url, "/-/notebook/")
			key := strings.Split(url, "/-/")[0] + file
			if !found || seen[key] {
				return false
			}
			seen[key] = true
			return true
		})
		v.working()
		v.inside("its kernel works", `self.asked ??= jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.requestExecute({code: '6 * 7'}).done.then(() => { self.answered = true; })`, `self.answered`)
	}
	if got := len(s.servers()); got != 2 {
		t.Errorf("%d servers", got)
	}
}
