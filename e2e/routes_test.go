package e2e_test

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestJupytersOwnPages opens a server without a notebook, by the file browsers
// of both front ends.
func TestJupytersOwnPages(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, configure(t), tour(t))
			forward := s.url + "/ipythonForward/tour/alice/"
			window := newBrowser(t)
			see(t, window, "JupyterLab", show(forward+"lab"),
				until(`location.pathname.startsWith('/server/') && document.querySelector('.jp-DirListing') && document.querySelector('#jp-main-dock-panel')`))
			if entries, err := os.ReadDir(s.workspace("alice", "")); err != nil || strings.Contains(names(entries), "w1") {
				t.Errorf("copied: %v, %v", entries, err)
			}
			s.open(intro, "alice")
			see(t, newWindow(t, window), "a folder in Notebook", show(forward+"tree/w1"),
				until(`location.pathname.endsWith('/tree/w1') && document.querySelector('.jp-DirListing').innerText.includes('intro.ipynb')`))
			see(t, newWindow(t, window), "a notebook in JupyterLab", show(forward+"lab/tree/"+intro), until(kernelIdle))
			if servers, events := s.servers(), s.events(); len(servers) != 1 || len(events) != 1 {
				t.Errorf("servers: %v, events: %q", servers, events)
			}
		})
	}
}

func names(entries []os.DirEntry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// TestAStudentStopsTheirServer does so by the page that asks first.
func TestAStudentStopsTheirServer(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, configure(t), tour(t))
			browser := newBrowser(t)
			window := newWindow(t, browser)
			see(t, window, "open", show(s.launch("w1/intro", "alice")))
			runCell(t, window, 0, "")
			runCell(t, window, 1, "PLUMAGE")
			see(t, window, "save", press("s"))
			s.eventually("the work is in the workspace", func() bool {
				return strings.Contains(outputs(t, s.workspace("alice", intro)), "PLUMAGE")
			})

			stop := newWindow(t, browser)
			see(t, stop, "the question", show(s.url+"/containerKill/tour/alice?notebook=w1/intro"), until(`document.querySelector('form button')`))
			if running := s.servers(); len(running) != 1 {
				t.Fatalf("servers: %v", running)
			}
			see(t, stop, "the answer", chromedp.Click(chromedp.CSS("form button")), until(`document.querySelector('h1').innerText.includes('has been stopped')`))
			if left := s.servers(); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
			if got := outputs(t, s.workspace("alice", intro)); !strings.Contains(got, "PLUMAGE") {
				t.Errorf("the work after the stop: %s", got)
			}
			see(t, stop, "open it again", chromedp.Click(chromedp.CSS(`a[href*="notebookLazyCopy"]`)), until(kernelIdle),
				until(`document.querySelector('.jp-Notebook').innerText.includes('PLUMAGE')`))
			runCell(t, stop, 1, "NameError") // a new kernel
		})
	}
}

// TestWorkInAnOldFormatOpens follows a student whose course has gone to MyST.
func TestWorkInAnOldFormatOpens(t *testing.T) {
	files := tour(t)
	s := newSite(t, runtimes["process"](t), files)
	window := newBrowser(t)
	see(t, window, "open", show(s.launch("w1/intro", "alice")))
	runCell(t, window, 0, "")
	runCell(t, window, 1, "PLUMAGE")
	see(t, window, "save", press("s"))
	s.eventually("the work is in the workspace", func() bool {
		return strings.Contains(outputs(t, s.workspace("alice", intro)), "PLUMAGE")
	})
	if err := os.Remove(s.repo() + "/" + intro); err != nil {
		t.Fatal(err)
	}
	s.writeCourse(map[string]string{"w1/intro.md": files["v1.2-text.md"]})
	s.run("course", "pull", "tour")

	see(t, newWindow(t, window), "the work", show(s.launch("w1/intro", "alice")), until(kernelIdle),
		until(`document.querySelector('.jp-Notebook').innerText.includes('PLUMAGE')`))
	text := newWindow(t, window)
	see(t, text, "the course's version", show(s.launch("w1/intro.md", "alice")))
	runCell(t, text, 1, "from myst")
	if got := outputs(t, s.workspace("alice", intro)); !strings.Contains(got, "PLUMAGE") {
		t.Errorf("the work: %s", got)
	}
}
