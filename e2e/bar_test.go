package e2e_test

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// TestEveryButtonOfTheBar presses all that is above a notebook. One student works on one
// server; each test has a notebook of its own.
func TestEveryButtonOfTheBar(t *testing.T) {
	files := tour(t)
	for _, name := range []string{"history", "reset", "share", "update", "files", "restart", "failing", "code"} {
		files["w1/"+name+".ipynb"] = notebook(t, "word = 'plum'", "print(word.upper())")
	}
	s := newSite(t, runtimes["process"](t), files)
	browser := newBrowser(t)
	for _, c := range []struct {
		name string
		use  func(*view)
	}{
		{"history", useHistory},
		{"reset", useReset},
		{"share", useShares},
		{"update", useUpdates},
		{"files", useFiles},
		{"code", useSupportCode},
		{"failing", useFailingSaves},
		{"restart", useRestart},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newView(t, s.in(t), browser)
			v.open("w1/"+c.name, "alice")
			c.use(v)
		})
	}
}

// wantWork checks which words the student's notebook holds on disk, and which not.
func (v *view) wantWork(file string, words ...string) {
	v.t.Helper()
	got := v.work("alice", file)
	for _, word := range words {
		word, without := strings.CutPrefix(word, "not ")
		if strings.Contains(got, word) == without {
			v.t.Errorf("%s has %q: %t\n%s", file, word, !without, got)
		}
	}
}

func useHistory(v *view) {
	const file = "w1/history.ipynb"
	v.saving("saved")
	v.write(" # first")
	v.saving("unsaved")
	v.click("History") // at once
	v.title("Versions")
	v.wantWork(file, "# first")
	if newest := v.newest(); !strings.Contains(newest, "# first") {
		v.t.Errorf("the newest version:\n%s", newest)
	}
	v.here("that before it", `document.querySelectorAll('.versions tbody tr').length > 1`)

	v.clickAt("the newest", `document.querySelector('.versions tbody a')`)
	v.here("what it changed", `document.querySelector('h2').innerText === 'What this version changed'`, `document.querySelector('ins').innerText.includes('# first')`)
	v.click("All versions")
	v.clickAt("the oldest", `document.querySelector('.versions tbody tr:last-child a')`)
	v.here("all of it is new", `document.querySelectorAll('ins').length === 2 && !document.querySelector('del')`)
	v.click("What has changed since")
	v.here("what has changed since", `document.querySelector('h2').innerText === 'What has changed since'`, `document.querySelector('ins').innerText.includes('# first')`)
	v.click("Bring this version back")
	v.title("The version is back")
	v.wantWork(file, "not # first")

	v.clickAt("the one from before", `document.querySelector('main p a[href*=version]')`)
	v.click("All versions")
	dir := downloads(v.t, v.window)
	v.clickAt("its download", `document.querySelector('.versions tbody tr:nth-child(2) a[download]')`)
	if text := v.arrived(dir, "history.ipynb"); !strings.Contains(text, "# first") {
		v.t.Errorf("downloaded:\n%s", text)
	}
	v.clickAt("bring it back", `document.querySelector('.versions tbody tr:nth-child(2) button')`)
	v.title("The version is back")
	v.wantWork(file, "# first")
	v.click("Back to the notebook")
	v.working()
	v.inside("the version", `document.body.innerText.includes('# first')`)
}

func useReset(v *view) {
	const file = "w1/reset.ipynb"
	v.write(" # mine")
	v.click("Reset to original") // at once
	v.title("Reset this notebook to the original?")
	v.click("Back, and change nothing")
	v.working()
	v.inside("what was typed", `document.body.innerText.includes('# mine')`)
	v.click("Reset to original")
	v.click("Reset the notebook")
	v.title("The notebook is as the course has it")
	v.wantWork(file, "not # mine")
	v.click("Bring that version back")
	v.title("The version is back")
	v.wantWork(file, "# mine")
}

func useShares(v *view) {
	v.write(" # shared")
	v.click("Share a static version")
	v.here("the address", `document.querySelector('.shares input')`)
	address := v.url + evaluate[string](v, `new URL(document.querySelector('.shares input').value).pathname`)
	if resp, body := v.get(address); resp.StatusCode != http.StatusOK || !strings.Contains(body, "# shared") {
		v.t.Errorf("%s: %s", address, resp.Status)
	}
	shared := v.other("/snapshots/", func() { v.clickAt("the page", `document.querySelector('.shares h2 a')`) })
	shared.here("what is shared", `document.body.innerText.includes('# shared')`)
	v.click("Back to the notebook")
	v.working()
	v.menu("What I share")
	v.click("Withdraw")
	v.here("the list without it", `document.querySelector('h1') && !document.querySelector('.shares input')`)
	if resp, _ := v.get(address); resp.StatusCode == http.StatusOK {
		v.t.Errorf("%s is there after it was withdrawn", address)
	}
}

// publish has the course change its notebook for the updates, and the bar hear of it.
func (v *view) publish(cells ...string) {
	v.t.Helper()
	v.writeCourse(map[string]string{"w1/update.ipynb": notebook(v.t, cells...)})
	v.run("course", "pull", "tour")
	v.here("the news", asked, `!document.querySelector('#news').hidden`)
}

func useUpdates(v *view) {
	const file = "w1/update.ipynb"
	v.write(" # mine")
	v.publish("word = 'plum'", "print(word.upper())", "print('third')")
	v.click("New version of the course") // what was typed is saved first
	v.title("The course has a new version of this notebook")
	v.here("what it changed", `document.querySelector('ins').innerText.includes('third')`)
	v.click("Decide later, and go back to the notebook")
	v.working()
	v.wantWork(file, "# mine", "not third")
	v.click("New version of the course")
	v.click("Merge")
	v.title("Your notebook has the course's changes")
	v.here("what was done", `document.querySelector('main').innerText.includes('1 cell is new.')`)
	v.wantWork(file, "# mine", "third")
	v.click("Back to the notebook")
	v.working()
	v.here("no news", `document.querySelector('#news').hidden`)

	v.publish("word = 'pear'", "print(word.upper())", "print('third')")
	v.click("New version of the course")
	v.click("Keep mine")
	v.title("You keep your version")
	v.wantWork(file, "# mine", "not pear")
	v.click("Back to the notebook")
	v.working()
	v.here("no news", `document.querySelector('#news').hidden`)

	v.publish("word = 'apple'", "print(word.upper())", "print('third')")
	v.click("New version of the course")
	v.click("Merge")
	v.title("Your notebook has the course's changes")
	v.here("the conflict", `document.querySelector('main').innerText.includes('you find both')`)
	v.click("Back to the notebook")
	v.working()
	v.inside("both cells, with marks", `['# mine', 'apple', 'Your version of this cell', "The course's new version of this cell"].every(text => document.querySelector('.jp-Notebook').innerText.includes(text))`)

	v.publish("word = 'quince'", "print(word.upper())", "print('third')")
	v.click("New version of the course")
	v.click("Take the new one")
	v.title("You have the course's new version")
	v.wantWork(file, "quince", "not # mine")
	v.click("Bring that version back")
	v.title("The version is back")
	v.wantWork(file, "# mine")
}

func useFiles(v *view) {
	dir := downloads(v.t, v.window)
	v.write(" # mine")
	v.menu("Download this notebook")
	if text := v.arrived(dir, "files.ipynb"); !strings.Contains(text, "# mine") {
		v.t.Errorf("downloaded:\n%s", text)
	}
	v.write(" and_more")
	v.menu("Download all my files")
	path := filepath.Join(v.t.TempDir(), "all.zip")
	if err := os.WriteFile(path, []byte(v.arrived(dir, "tour.zip")), 0o600); err != nil {
		v.t.Fatal(err)
	}
	if text := unzipped(v.t, path, "tour/w1/files.ipynb"); !strings.Contains(text, "# mine and_more") {
		v.t.Errorf("in the zip file:\n%s", text)
	}

	alone := v.other("/-/notebook/w1/files.ipynb", func() { v.menu("In a window of its own") })
	alone.working()
	v.menu("My files")
	v.inside("the list", `document.querySelector('.jp-DirListing-item')`)
	v.here("our page around it", `document.querySelector('#bar') && location.pathname.endsWith('/-/page/tree')`)
	doubleClick := func(text string) {
		item := fmt.Sprintf(`[...document.querySelectorAll('.jp-DirListing-itemText')].find(e => e.innerText.startsWith(%q))`, text)
		v.inside(text+" in the list", item)
		v.inside("its name", item+`.click() || true`, item+`.dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))`)
	}
	doubleClick("w1")
	chosen := v.other("/-/notebook/w1/history.ipynb", func() { doubleClick("history.ipynb") })
	chosen.working()
	chosen.here("its bar", `document.querySelector('#bar .title').title === 'w1/history.ipynb'`)
}

func unzipped(t *testing.T, path, name string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func useSupportCode(v *view) {
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		if _, err := chromedp.CallBrowser(v.window, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		}); err != nil {
			v.t.Fatal(err)
		}
	}
	v.menu("Copy")
	v.here("it is said", `document.querySelector('#copy').innerText === 'Copied'`)
	code := evaluate[string](v, `navigator.clipboard.readText()`)
	if len(code) != 9 || strings.Contains(code, "alice") {
		v.t.Errorf("copied %q", code)
	}
	if found := v.run("student", "find", strings.ToLower(code)); !strings.Contains(found, "alice") {
		v.t.Errorf("student find %s: %s", code, found)
	}
	v.keys("\x1b")
	v.here("the menu is closed", `!document.querySelector('#more').open && document.activeElement.closest('#more')`)
}

// useFailingSaves has a student type what cannot be saved.
func useFailingSaves(v *view) {
	const file = "w1/failing.ipynb"
	leaves(v.t, v.window)
	path := v.workspace("alice", file)
	readOnly(v.t, path, true)
	v.write(" # kept")
	v.click("History")
	v.saving("failed")
	v.here("one stays", `!document.querySelector('#stay').hidden`, `document.querySelector('#said').innerText.includes('Not saved')`)
	v.wantWork(file, "not # kept")
	readOnly(v.t, path, false)
	v.inside("Jupyter's word on it", `(button => (button?.click(), !button))(document.querySelector('.jp-Dialog button'))`)
	v.inside("what was typed is there", `document.querySelector('.jp-Notebook').innerText.includes('# kept')`)
	see(v.t, v.window, "save", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return clickInside(".jp-NotebookPanel .jp-CodeCell .cm-line")(ctx, target)
	}, press("s"))
	v.saving("saved")
	v.here("nothing is said of it any more", `document.querySelector('#stay').hidden`)
	v.wantWork(file, "# kept")

	readOnly(v.t, path, true)
	defer readOnly(v.t, path, false)
	v.write(" # lost")
	v.click("Reset to original")
	v.here("one stays", `!document.querySelector('#stay').hidden`)
	v.click("Reset to original") // and the browser asks, too
	v.title("Reset this notebook to the original?")
	v.wantWork(file, "not # lost")
}

// readOnly has a notebook, and the folder that it is in, belong to somebody else, or again to its student.
func readOnly(t *testing.T, path string, on bool) {
	t.Helper()
	parent, err := os.Stat(filepath.Dir(filepath.Dir(path)))
	if err != nil {
		t.Fatal(err)
	}
	uid, gid := 0, 0
	if !on {
		uid, gid = owner(parent)
	}
	for _, p := range []string{path, filepath.Dir(path)} {
		if err := os.Chown(p, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
}

func useRestart(v *view) {
	runCell(v.t, v.window, 0, "")
	runCell(v.t, v.window, 1, "PLUM")
	before := v.servers()
	v.menu("Restart the server")
	v.title("Restart your notebook server?")
	v.click("Restart the server")
	v.here("the same notebook of another server", fmt.Sprintf(`location.pathname.endsWith('/-/notebook/w1/restart.ipynb') && !location.pathname.includes(%q)`, before[0].ID))
	v.working()
	v.inside("the work", `document.querySelector('.jp-Notebook').innerText.includes('PLUM')`)
	runCell(v.t, v.window, 1, "NameError")
}
