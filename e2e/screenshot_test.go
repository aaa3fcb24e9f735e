package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/nbhosting/nbhosting/demo"
)

// TestScreenshots makes the pictures of docs anew, in the directory that
// NBHOSTING_SCREENSHOTS names. Nothing is tested here.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("NBHOSTING_SCREENSHOTS")
	if dir == "" {
		t.Skip("NBHOSTING_SCREENSHOTS names no directory")
	}
	s := newClass(t)
	browser := newBrowser(t)
	pictureNotebook(t, s, browser, dir)
	pictureClassroom(t, s, browser, dir)
	pictureUpdate(t, s, browser, dir)
}

// shoot saves what a window shows, once it is drawn.
func shoot(t *testing.T, window context.Context, dir, name string) {
	t.Helper()
	time.Sleep(time.Second)
	png, err := chromedp.Run(window, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pictureNotebook takes a notebook, on a wide screen and with the menu on a phone, and what a version of it changed.
func pictureNotebook(t *testing.T, s *site, browser context.Context, dir string) {
	t.Helper()
	v := newView(t, s, browser)
	see(t, v.window, "a screen", size(1200, 760))
	v.open(demo.Notebook, "alice")
	runCell(t, v.window, 1, "Hello")
	runCell(t, v.window, 3, "42")
	see(t, v.window, "save", press("s"))
	v.saving("saved")
	shoot(t, v.window, dir, "notebook.png")

	v.write("  # mine")
	v.click("History")
	v.title("Versions")
	v.clickAt("the newest", `document.querySelector('.versions tbody a')`)
	v.here("what it changed", `document.querySelector('ins')`)
	see(t, v.window, "a smaller screen", size(900, 620))
	shoot(t, v.window, dir, "history.png")

	phone := newView(t, s, browser)
	see(t, phone.window, "a phone", size(390, 700))
	phone.open(demo.Notebook, "alice")
	phone.click("More")
	shoot(t, phone.window, dir, "phone.png")
}

func pictureClassroom(t *testing.T, s *site, browser context.Context, dir string) {
	t.Helper()
	window := newWindow(t, browser)
	const lists = "1-first-steps/lists-and-loops"
	see(t, window, "two notebooks", size(1400, 900), show(s.classroom("")), until(atLink+`?.classList.contains('opened')`), clickLink(lists), until(isShown(lists)),
		until(`document.querySelector('iframe:not([hidden])').contentDocument.querySelector('.bar-page iframe')?.contentDocument.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'`))
	shoot(t, window, dir, "classroom.png")
}

// pictureUpdate takes, in French and dark, what a student is offered when the course has changed.
func pictureUpdate(t *testing.T, s *site, browser context.Context, dir string) {
	t.Helper()
	const file = demo.Notebook + ".ipynb"
	path := filepath.Join(s.repo(), file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s.writeCourse(map[string]string{file: strings.Replace(string(text), "Hello", "Good morning", 1)})
	s.run("course", "pull", "tour")
	v := newView(t, s, browser)
	see(t, v.window, "another student's screen", size(900, 700), speaks("fr"), colours("dark"))
	v.open(demo.Notebook, "alice")
	v.click("Nouvelle version du cours")
	v.here("the offer", `document.querySelector('ins')`)
	shoot(t, v.window, dir, "update-fr-dark.png")
}
