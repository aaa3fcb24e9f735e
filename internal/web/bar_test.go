package web_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

// cell is a notebook of one cell.
func cell(source string) string {
	return fmt.Sprintf(`{"cells": [{"cell_type": "code", "execution_count": null, "id": "c1", "metadata": {}, "outputs": [], "source": [%q]}], "metadata": {"nbhosting": {"title": "The <start>", "version": "1.2"}}, "nbformat": 4, "nbformat_minor": 5}`, source)
}

// bench is a site on which alice has opened a notebook.
type bench struct {
	site
	repository string
	bar        string // where our page around it is
	pages      string // where what belongs to it is
}

const notebookFile = "w1/intro.ipynb"

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{site: site{apptest.New(t), t}}
	b.repository = apptest.Repository(t, map[string]string{notebookFile: cell("1"), "data/x.csv": "1"})
	b.CreateCourse("tour", b.repository)
	b.enter()
	return b
}

// enter opens the notebook.
func (b *bench) enter() {
	b.t.Helper()
	a := b.program(intro)
	base, _, found := strings.Cut(a.location(), "notebook/w1/intro.ipynb")
	if a.status != http.StatusFound || !found || !strings.HasSuffix(base, "/-/") {
		b.t.Fatalf("got %d to %q", a.status, a.location())
	}
	b.bar, b.pages = a.location(), base
}

func (b *bench) work() string {
	return filepath.Join(b.Config.Root, "students/alice/tour", notebookFile)
}

func (b *bench) write(content string) {
	b.t.Helper()
	if err := os.WriteFile(b.work(), []byte(content), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) remove() {
	b.t.Helper()
	if err := os.Remove(b.work()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wantWork(content string) {
	b.t.Helper()
	if got, err := os.ReadFile(b.work()); err != nil || string(got) != content {
		b.t.Errorf("the notebook is %s, %v; want %s", got, err, content)
	}
}

// about is one of the pages for the notebook.
func about(page string, more ...string) string {
	q := url.Values{"notebook": {notebookFile}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return page + "?" + q.Encode()
}

// submit sends a form as a page of ours does.
func (b *bench) submit(page string, headers ...string) answer {
	b.t.Helper()
	return b.ask(http.MethodPost, b.pages+page, append([]string{"Accept", "text/html", "Sec-Fetch-Site", "same-origin"}, headers...)...)
}

func (b *bench) status() map[string]any {
	b.t.Helper()
	var state map[string]any
	if a := b.program(b.pages + about("state")); a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &state) != nil {
		b.t.Fatalf("got %d %s", a.status, a.body)
	}
	return state
}

func TestThePageAroundANotebook(t *testing.T) {
	b := newBench(t)
	a := b.person(b.bar)
	if a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-src 'self'") {
		t.Errorf("got %d, with the policy %s", a.status, a.header.Get("Content-Security-Policy"))
	}
	inner := strings.Replace(b.bar, "/-/notebook/", "/notebooks/", 1)
	for _, part := range []string{"The &lt;start&gt;", "1.2", "tour", `<iframe src="` + inner + `"`, "History", "Reset to original", "Support code"} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, a.body)
		}
	}
	if strings.Contains(a.body, "alice") {
		t.Errorf("the page tells who the student is:\n%s", a.body)
	}
	if french := b.ask(http.MethodGet, b.bar, "Accept", "text/html", "Accept-Language", "fr-FR,fr;q=0.9"); !strings.Contains(french.body, "Revenir à l’original") {
		t.Errorf("in French:\n%s", french.body)
	}
	if a := b.program(inner); a.body != "notebooks/w1/intro.ipynb" {
		t.Errorf("in the frame there is %d %s", a.status, a.body)
	}
}

func TestJupyterOpensNotebooksInOurPage(t *testing.T) {
	b := newBench(t)
	inner := strings.Replace(b.bar, "/-/notebook/", "/notebooks/", 1)
	a := b.ask(http.MethodGet, inner, "Accept", "text/html", "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate")
	if a.status != http.StatusFound || a.location() != b.bar {
		t.Errorf("a window of its own: got %d to %q", a.status, a.location())
	}
	for name, headers := range map[string][]string{"a frame": {"Sec-Fetch-Dest", "iframe"}, "a program": nil} {
		if a := b.ask(http.MethodGet, inner, headers...); a.status != http.StatusOK {
			t.Errorf("%s: got %d to %q", name, a.status, a.location())
		}
	}
	wrong := strings.Replace(inner, strings.Split(inner, "/")[3], "abcdef", 1)
	if a := b.ask(http.MethodGet, wrong, "Sec-Fetch-Dest", "document"); a.status == http.StatusFound {
		t.Errorf("with a wrong secret: got %d to %q", a.status, a.location())
	}
}

func TestACourseWithoutOurPage(t *testing.T) {
	s := site{apptest.New(t), t}
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{notebookFile: cell("1"), "nbhosting/nbhosting.yaml": "bar: false\n"}))
	a := s.program(intro)
	if a.status != http.StatusFound || !strings.HasSuffix(a.location(), "/notebooks/w1/intro.ipynb") {
		t.Fatalf("got %d to %q", a.status, a.location())
	}
	if again := s.ask(http.MethodGet, a.location(), "Sec-Fetch-Dest", "document"); again.status != http.StatusOK {
		t.Errorf("in a window of its own: got %d to %q", again.status, again.location())
	}
}

func TestOnlyWhoKnowsTheSecretMayAct(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	secret := strings.Split(b.pages, "/")[3]
	for page := range map[string]bool{"history": true, "state": true, "download": true, "download.zip": true, "reset": true, "nothing": true} {
		if a := b.person(strings.Replace(b.pages, secret, "wrong", 1) + about(page)); a.status != http.StatusNotFound || strings.Contains(a.body, "tour") {
			t.Errorf("%s with a wrong secret: got %d\n%s", page, a.status, a.body)
		}
	}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		for _, page := range []string{"reset", "restore", "update", "restart", "keep-going"} {
			if a := b.ask(http.MethodPost, b.pages+about(page, "choice", "new"), headers...); a.status != http.StatusForbidden {
				t.Errorf("%s from another site: got %d", page, a.status)
			}
		}
	}
	if a := b.person(b.pages + about("restore")); a.status != http.StatusNotFound {
		t.Errorf("restoring by a link: got %d", a.status)
	}
	b.wantWork(cell("mine"))
	for _, bad := range []string{"../../bob/tour/x.ipynb", "/etc/passwd", "", "a//b", "a\x00b"} {
		for _, page := range []string{"reset", "update", "download"} {
			if a := b.person(b.pages + page + "?" + url.Values{"notebook": {bad}}.Encode()); a.status != http.StatusBadRequest {
				t.Errorf("%s of %q: got %d", page, bad, a.status)
			}
		}
	}
}

func TestResetAndBringBack(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	ask := b.person(b.pages + about("reset"))
	wantBarPage(t, ask, "Reset this notebook to the original?")
	b.wantWork(cell("mine"))
	done := b.submit(about("reset"))
	wantBarPage(t, done, "The notebook is as the course has it")
	b.wantWork(cell("1"))
	_, rest, _ := strings.Cut(done.body, `name="version" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	if a := b.person(b.pages + about("history", "version", id, "since", "now")); a.status != http.StatusOK || !strings.Contains(a.body, "<del>") {
		t.Errorf("what has changed since: %d\n%s", a.status, a.body)
	}
	wantBarPage(t, b.submit(about("restore", "version", id)), "The version is back")
	b.wantWork(cell("mine"))
	list := b.person(b.pages + about("history"))
	wantBarPage(t, list, "Versions")
	versions := regexp.MustCompile(`version=([^"&]+)">`).FindAllStringSubmatch(list.body, -1)
	if first := b.person(b.pages + about("history", "version", versions[len(versions)-1][1])); first.status != http.StatusOK || !strings.Contains(first.body, "<ins>") {
		t.Errorf("the first version, which has none before it: %d\n%s", first.status, first.body)
	}
	if got := strings.Count(list.body, "<tr"); got != 1+4 { // copied, mine, reset, restored
		t.Errorf("%d rows:\n%s", got, list.body)
	}
	if a := b.program(b.pages + about("download", "version", id)); a.body != cell("mine") {
		t.Errorf("the version as a file: %d %s", a.status, a.body)
	}
	if a := b.submit(about("restore", "version", "nothing")); a.status != http.StatusNotFound {
		t.Errorf("a version that is not: got %d", a.status)
	}
}

func wantBarPage(t *testing.T, a answer, title string) {
	t.Helper()
	if a.status != http.StatusOK || !strings.Contains(a.body, "<h1>"+title+"</h1>") || a.header.Get("Referrer-Policy") != "same-origin" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %v, want the page %q\n%s", a.status, a.header, title, a.body)
	}
}

// TestTheNewestVersionIsBroughtBack is about a notebook that its student has deleted, or
// spoilt by other means than Jupyter: what was saved last is what they want back.
func TestTheNewestVersionIsBroughtBack(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	if list := b.person(b.pages + about("history")); strings.Count(list.body, "(the present one)") != 1 || strings.Count(list.body, ">Bring back<") != 1 {
		t.Errorf("what is there, and is no version yet:\n%s", list.body)
	}
	b.write("spoilt")
	list := b.person(b.pages + about("history"))
	if strings.Count(list.body, "(the present one)") != 1 || strings.Count(list.body, ">Bring back<") != 2 {
		t.Errorf("spoilt:\n%s", list.body)
	}
	b.remove()
	list = b.person(b.pages + about("history"))
	if strings.Contains(list.body, "(the present one)") || strings.Count(list.body, ">Bring back<") != 3 {
		t.Errorf("deleted:\n%s", list.body)
	}
	_, rest, _ := strings.Cut(list.body, `name="version" value="`)
	_, rest, _ = strings.Cut(rest, `name="version" value="`) // before it was spoilt
	id, _, _ := strings.Cut(rest, `"`)
	wantBarPage(t, b.submit(about("restore", "version", id)), "The version is back")
	b.wantWork(cell("mine"))
	_, rest, _ = strings.Cut(b.person(b.pages+about("history")).body, "version=")
	restored, _, _ := strings.Cut(rest, `"`)
	if a := b.person(b.pages + about("history", "version", restored)); a.status != http.StatusOK || !strings.Contains(a.body, "<ins>") {
		t.Errorf("a version after one that is spoilt: %d\n%s", a.status, a.body)
	}
	other := filepath.Join(b.Config.Root, "students/alice/tour/data.csv")
	if err := os.WriteFile(other, []byte("1,2"), 0o644); err != nil {
		t.Fatal(err)
	}
	if a := b.person(b.pages + "history?notebook=data.csv"); !strings.Contains(a.body, "No version of this notebook") {
		t.Errorf("a file that is no notebook: %d\n%s", a.status, a.body)
	}
	if a := b.person(b.pages + "history"); !strings.Contains(list.body, `href="`+b.pages+`history"`) || a.status != http.StatusOK {
		t.Errorf("the others are not to be found: %d\n%s", a.status, list.body)
	}
}

func TestANewVersionOfTheCourse(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	if b.status()["outdated"] != false {
		t.Error("outdated before the course changed")
	}
	wantBarPage(t, b.person(b.pages+about("update")), "Your notebook is up to date with the course")
	apptest.Commit(t, b.repository, map[string]string{notebookFile: cell("2")})
	b.PullCourse("tour")
	if b.status()["outdated"] != true {
		t.Error("not outdated after the course changed")
	}
	b.enter()
	b.wantWork(cell("mine"))
	offer := b.person(b.pages + about("update"))
	wantBarPage(t, offer, "The course has a new version of this notebook")
	for _, part := range []string{"<ins>", "<del>", `value="merge"`, `value="mine"`, `value="new"`} {
		if !strings.Contains(offer.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, offer.body)
		}
	}
	if a := b.submit(about("update", "choice", "what")); a.status != http.StatusBadRequest {
		t.Errorf("no choice: got %d", a.status)
	}
	merged := b.submit(about("update", "choice", "merge"))
	wantBarPage(t, merged, "Your notebook has the course&#39;s changes")
	if got, err := os.ReadFile(b.work()); err != nil || !strings.Contains(string(got), `"mine"`) || !strings.Contains(string(got), `"2"`) {
		t.Errorf("merged: %s, %v", got, err)
	}
	if b.status()["outdated"] != false {
		t.Error("outdated after the merge")
	}
	if a := b.submit(about("update", "choice", "new")); a.status != http.StatusConflict {
		t.Errorf("nothing to take: got %d", a.status)
	}
}

func TestForceCopy(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	b.program(intro + "?forcecopy=false") // any value counts
	b.wantWork(cell("1"))
	if list := b.person(b.pages + about("history")); !strings.Contains(list.body, "reset to the course") {
		t.Errorf("the history:\n%s", list.body)
	}
}

func TestDownloads(t *testing.T) {
	b := newBench(t)
	if a := b.program(b.pages + about("download")); a.body != cell("1") || !strings.Contains(a.header.Get("Content-Disposition"), `filename=intro.ipynb`) {
		t.Errorf("got %d %v %s", a.status, a.header, a.body)
	}
	all := b.program(b.pages + "download.zip")
	files, err := zip.NewReader(strings.NewReader(all.body), int64(len(all.body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := files.Open("tour/" + notebookFile)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(f); err != nil || text.String() != cell("1") {
		t.Errorf("packed: %s, %v", text.String(), err)
	}
	if a := b.person(b.pages + "download?notebook=nowhere.ipynb"); a.status != http.StatusNotFound {
		t.Errorf("nothing: got %d", a.status)
	}
}

// TestAFewDownloadsAtATime: nobody reads the first ones to their end.
func TestAFewDownloadsAtATime(t *testing.T) {
	b := newBench(t)
	large := filepath.Join(filepath.Dir(b.work()), "large")
	text := make([]byte, 64<<20) // more than what is on its way
	_, _ = rand.Read(text)
	if err := os.WriteFile(large, text, 0o644); err != nil {
		t.Fatal(err)
	}
	first, second := b.send(http.MethodGet, b.pages+"download.zip"), b.send(http.MethodGet, b.pages+"download.zip")
	if first.StatusCode != http.StatusOK || second.StatusCode != http.StatusOK {
		t.Errorf("got %d, %d", first.StatusCode, second.StatusCode)
	}
	if a := b.program(b.pages + "download.zip"); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "being downloaded already") || a.header.Get("Content-Disposition") != "" {
		t.Errorf("got %d %v", a.status, a.header)
	}
	first.Body.Close()
	second.Body.Close()
	if err := os.Remove(large); err != nil {
		t.Fatal(err)
	}
	for a := b.program(b.pages + "download.zip"); a.status != http.StatusOK; a = b.program(b.pages + "download.zip") {
		if t.Context().Err() != nil || a.status != http.StatusServiceUnavailable {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
}

func TestRestartingTheServer(t *testing.T) {
	b := newBench(t)
	wantBarPage(t, b.person(b.pages+about("restart")), "Restart your notebook server?")
	a := b.submit(about("restart"))
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/openings/") {
		t.Fatalf("got %d to %q", a.status, a.location())
	}
	end := b.program(a.location())
	if end.status != http.StatusFound || end.location() == b.bar || !strings.HasSuffix(end.location(), "/-/notebook/w1/intro.ipynb") || b.Starts() != 2 {
		t.Errorf("got %d to %q after %d starts", end.status, end.location(), b.Starts())
	}
}

// TestOnceTheServerIsGone is about what a page can do whose server was stopped.
func TestOnceTheServerIsGone(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	b.stop("alice")
	if b.status()["running"] != false {
		t.Error("the server is said to run")
	}
	wantBarPage(t, b.person(b.pages+about("history")), "Versions")
	wantBarPage(t, b.submit(about("reset")), "The notebook is as the course has it")
	if a := b.submit(about("keep-going")); a.status != http.StatusConflict {
		t.Errorf("keep going: got %d", a.status)
	}
	a := b.person(b.bar)
	if a.status == http.StatusOK { // it took long enough for a page
		a = b.program(attemptOf(t, a.body))
	}
	if a.status != http.StatusFound || a.location() == b.bar || !strings.Contains(a.location(), "/-/notebook/") {
		t.Errorf("the old address of the page: got %d to %q", a.status, a.location())
	}
}

func TestStudentsAreFoundByTheirSupportCode(t *testing.T) {
	b := newBench(t)
	_, rest, _ := strings.Cut(b.person(b.bar).body, `<output id="code">`)
	code, _, _ := strings.Cut(rest, "<")
	status, body := b.Call(http.MethodGet, "/api/students?code="+strings.ToLower(code), "")
	if status != http.StatusOK || !strings.Contains(body, `"student":"alice"`) || !strings.Contains(body, `"tour"`) {
		t.Errorf("%q: got %d %s", code, status, body)
	}
	if status, body := b.Call(http.MethodGet, "/api/students?code=0000-0000", ""); status != http.StatusOK || strings.Contains(body, "alice") {
		t.Errorf("another code: got %d %s", status, body)
	}
}

// TestANotebookInTwoFormats has a course change the format of a notebook that alice worked in.
func TestANotebookInTwoFormats(t *testing.T) {
	b := newBench(t)
	b.write(cell("mine"))
	if err := os.Remove(filepath.Join(b.repository, notebookFile)); err != nil {
		t.Fatal(err)
	}
	apptest.Commit(t, b.repository, map[string]string{"w1/intro.md": "---\njupytext: {formats: md}\n---\n# Anew\n"})
	b.PullCourse("tour")
	b.enter() // her work
	page := b.person(b.bar)
	new := b.pages + "open?notebook=w1%2Fintro.md"
	if !strings.Contains(page.body, `href="`+new+`"`) || strings.Contains(page.body, "alice") {
		t.Errorf("the course's is not offered:\n%s", page.body)
	}
	other := b.program(new)
	if !strings.HasSuffix(other.location(), "/-/notebook/w1/intro.md") {
		t.Fatalf("got %d to %q", other.status, other.location())
	}
	if page := b.person(other.location()); !strings.Contains(page.body, `href="`+b.pages+`notebook/w1/intro.ipynb"`) {
		t.Errorf("the work is not offered:\n%s", page.body)
	}
	if page := b.person(b.bar); strings.Contains(page.body, new) || !strings.Contains(page.body, `href="`+b.pages+`notebook/w1/intro.md"`) {
		t.Errorf("both are there:\n%s", page.body)
	}
}

func TestTheFrontEndOfAnAddress(t *testing.T) {
	b := newBench(t)
	for app, want := range map[string]struct{ location, inner string }{
		"lab": {"?app=lab", "lab/tree/"}, "jlab": {"?app=lab", "lab/tree/"}, "classic": {"?app=classic", "nbclassic/notebooks/"},
		"notebook": {"?app=tree", "notebooks/"}, "other": {"", "notebooks/"},
	} {
		a := b.program(intro + "?app=" + app)
		if a.location() != b.bar+want.location {
			t.Errorf("%s leads to %s", app, a.location())
		}
		page := b.person(a.location())
		inner := strings.Replace(b.bar, "/-/notebook/", "/"+want.inner, 1)
		if !strings.Contains(page.body, `<iframe src="`+inner+`"`) {
			t.Errorf("%s does not show %s:\n%s", app, inner, page.body)
		}
	}
	lab := strings.Replace(b.bar, "/-/notebook/", "/lab/tree/", 1)
	if a := b.ask(http.MethodGet, lab, "Sec-Fetch-Dest", "document"); a.location() != b.bar+"?app=lab" {
		t.Errorf("a window of its own of JupyterLab: got %d to %q", a.status, a.location())
	}
	done := b.submit(about("reset", "app", "lab"))
	if !strings.Contains(done.body, `href="`+b.bar+`?app=lab"`) {
		t.Errorf("back from a page:\n%s", done.body)
	}
}
