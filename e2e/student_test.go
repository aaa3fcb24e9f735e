package e2e_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAStudentWorks follows one student through a day, on each runtime.
func TestAStudentWorks(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, configure(t), tour(t))
			window := newBrowser(t)
			studentOpensRunsAndSaves(t, s, window)
			studentComesBack(t, s, newWindow(t, window))
			programIsKilledAndComesBack(t, s, window)
			serverIsStoppedAndOpenedAgain(t, s, newWindow(t, window))
			if got := strings.Join(s.events(), "\n"); strings.Count(got, " tour alice w1/intro created -") != 2 || strings.Count(got, " tour alice w1/intro existing -") != 2 {
				t.Errorf("events.raw:\n%s", got)
			}
		})
	}
}

const intro = "w1/intro.ipynb"

func studentOpensRunsAndSaves(t *testing.T, s *site, window context.Context) {
	see(t, window, "click on a notebook", show(s.launch("w1/intro", "alice")))
	see(t, window, "the progress page moves on to Jupyter", until(`location.pathname.startsWith('/server/') && location.pathname.endsWith('/notebooks/w1/intro.ipynb')`))
	seen, err := chromedp.Run(window, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	runCell(t, window, 0, "")
	runCell(t, window, 1, "PLUMAGE")
	runCell(t, window, 2, "42 one,two")
	see(t, window, "save", press("s"))
	s.eventually("the work is in the workspace", func() bool {
		return strings.Contains(outputs(t, s.workspace("alice", intro)), "PLUMAGE")
	})
	if strings.Contains(s.log.String(), strings.Split(seen, "/")[5]) {
		t.Errorf("the server's secret is in the log:\n%s", s.log)
	}
}

func studentComesBack(t *testing.T, s *site, window context.Context) {
	see(t, window, "open it again", show(s.launch("w1/intro", "alice")))
	runCell(t, window, 1, "PLUMAGE") // known to the kernel of the first window only
}

func programIsKilledAndComesBack(t *testing.T, s *site, window context.Context) {
	before := s.servers()
	s.kill()
	s.serve()
	if after := s.servers(); len(after) != 1 || after[0] != before[0] || after[0].State != "ready" {
		t.Fatalf("adopted %v, before %v", after, before)
	}
	see(t, window, "reload after the program was killed", chromedp.Reload())
	runCell(t, window, 1, "PLUMAGE")
}

func serverIsStoppedAndOpenedAgain(t *testing.T, s *site, window context.Context) {
	see(t, window, "a window on the server", show(s.url), show(s.open("w1/intro", "alice")), until(kernelIdle))
	s.run("server", "stop", "tour", "alice")
	if left := s.servers(); len(left) != 0 {
		t.Errorf("after the stop: %v", left)
	}
	if got := outputs(t, s.workspace("alice", intro)); !strings.Contains(got, "PLUMAGE") {
		t.Errorf("the work after the stop: %s", got)
	}
	// Going to the old address leads through the opening to the new server.
	see(t, window, "reload after the stop", chromedp.Reload(), until(kernelIdle),
		until(`document.querySelector('.jp-Notebook').innerText.includes('PLUMAGE')`))
	runCell(t, window, 1, "NameError") // a new kernel
}

// TestTextNotebooksAndOddNames opens every format, in a browser.
func TestTextNotebooksAndOddNames(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, configure(t), tour(t))
			browser, window := newBrowser(t), context.Context(nil)
			for _, c := range []struct {
				notebook, output string
				cell             int
			}{{"v1.2-text", "from myst", 1}, {"percent", "from percent", 0}, {"w1/été 100%", "accents", 0}} {
				window = newWindow(t, browser) // to leave a page with unsaved work would ask
				see(t, window, "open "+c.notebook, show(s.launch(c.notebook, "alice")))
				runCell(t, window, c.cell, c.output)
			}
			see(t, window, "save", press("s"))
			s.eventually("a name with accents is saved", func() bool {
				return strings.Contains(outputs(t, s.workspace("alice", "w1/été 100%.ipynb")), "accents")
			})
			if last := s.events()[len(s.events())-1]; !strings.Contains(last, " tour alice w1/été%20100%25 existing -") {
				t.Errorf("last event: %s", last)
			}
		})
	}
}

func TestTwoStudentsDoNotSeeEachOther(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			files := tour(t)
			files["w1/intro.ipynb"] = notebook(t, "mark = input('who? ')",
				"import os, glob; print(sorted(glob.glob('/home/jovyan/work' + '/*') + os.listdir('..')), [p for p in glob.glob('/proc/[0-9]*/environ') if os.access(p, os.R_OK) and b'JUPYTER' in open(p,'rb').read() and os.stat(p).st_uid != os.getuid()], 'mark' in globals())")
			s := newSite(t, configure(t), files)
			alice := newBrowser(t)
			bob := newWindow(t, alice)
			see(t, alice, "alice opens", show(s.launch("w1/intro", "alice")), until(kernelIdle))
			see(t, bob, "bob opens", show(s.launch("w1/intro", "bob")), until(kernelIdle))
			if err := os.WriteFile(s.workspace("alice", "alices-file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			runCell(t, alice, 1, "alices-file")
			runCell(t, bob, 1, "[] False")
			if text := pageText(bob); strings.Contains(text, "alices-file") {
				t.Errorf("bob sees alice's files:\n%s", text)
			}
			if info, err := os.Stat(s.workspace("bob", "")); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("bob's workspace: %v, %v", info.Mode(), err)
			}
		})
	}
}
