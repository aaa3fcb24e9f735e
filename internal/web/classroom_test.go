package web_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
)

const oddName = "w1/été 100% #1? <b>&.md"

// classCourse has two tracks, a title that is an attack, and names that need escapes.
var classCourse = map[string]string{
	"w1/a.ipynb": `{"cells":[],"metadata":{"notebookname":"<script>alert(1)</script>","version":"<1.0>"},"nbformat":4,"nbformat_minor":5}`,
	oddName:      "---\njupyter:\n  kernelspec:\n    name: python3\n---\n\n# x\n",
	"w2/two.py":  "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n",
	"w2/two.md":  "---\njupyter:\n  kernelspec:\n    name: python3\n---\n",
	"nbhosting/nbhosting.yaml": `
tracks:
  - {id: all, name: "All & <i>more</i>", description: d, sections: [{name: "S <1>", notebooks: [w1/a.ipynb, "w1/été*"]}]}
  - {id: "odd @lab:/x", name: Second, description: d, sections: [{name: S2, notebooks: [w2/two.py, w2/two.md]}]}
`,
}

func openClassroom(cfg *config.Config) { cfg.Classroom.Open = true }

func newClass(t *testing.T, changes ...func(*config.Config)) site {
	t.Helper()
	s := site{apptest.New(t, append(changes, openClassroom)...), t}
	s.CreateCourse("class", apptest.Repository(t, classCourse))
	return s
}

var (
	notebookLink = regexp.MustCompile(`<a href="([^"]*)" data-src="([^"]*)"([^>]*)>`)
	frameSource  = regexp.MustCompile(`<iframe src="([^"]*)"`)
)

// shown returns the notebook that the frame of a page opens, unescaped.
func shown(t *testing.T, a answer) string {
	t.Helper()
	m := frameSource.FindStringSubmatch(a.body)
	if m == nil {
		return ""
	}
	path, err := url.PathUnescape(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheClassroomIsThereIfConfigured(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/auditor/courses?student=alice", "/auditor/notebook/tour?student=alice"} {
		if a := s.person(path); a.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, a.status)
		}
	}
}

func TestTheClassroomAsksForAName(t *testing.T) {
	s := newClass(t)
	for path, status := range map[string]int{
		"/auditor/courses": 200, "/auditor/notebook/class": 200, "/auditor/courses?student=": 200,
		"/auditor/courses?student=a/b": 400, "/auditor/courses?student=%3Cscript%3E": 400,
	} {
		a := s.person(path)
		if a.status != status || !strings.Contains(a.body, `name="student"`) || strings.Contains(a.body, "<script>") {
			t.Errorf("%s: got %d\n%s", path, a.status, a.body)
		}
	}
	if a := s.person("/auditor/notebook/class?student=+alice+"); shown(t, a) != "/notebookLazyCopy/class/w1/a/alice" {
		t.Errorf("got %d\n%s", a.status, a.body)
	}
}

func TestTheClassroomOfOneStudent(t *testing.T) {
	s := newClass(t, func(cfg *config.Config) { cfg.Classroom.Student = "bob" })
	a := s.person("/auditor/notebook/class?student=alice")
	if shown(t, a) != "/notebookLazyCopy/class/w1/a/bob" || strings.Contains(a.body, "alice") {
		t.Errorf("got\n%s", a.body)
	}
}

func TestTheClassroomAdmitsAsOpeningsDo(t *testing.T) {
	s := newClass(t)
	for _, path := range []string{"/auditor/courses?student=alice", "/auditor/notebook/class?student=alice", "/auditor/notebook/class"} {
		for referer, status := range map[string]int{
			"": 200, "https://nb.example.org/auditor/courses": 200, "https://lms.example.org/": 200, "https://evil.example/": 403,
		} {
			if a := s.ask(http.MethodGet, path, "Referer", referer, "Accept", "text/html"); a.status != status {
				t.Errorf("%s from %q: got %d, want %d", path, referer, a.status, status)
			}
		}
		if a := s.ask(http.MethodGet, path, "Sec-Fetch-Mode", "cors"); a.status != http.StatusForbidden {
			t.Errorf("%s by a script in a page: got %d", path, a.status)
		}
	}
}

func TestTheHeadersOfTheClassroom(t *testing.T) {
	a := newClass(t).person("/auditor/notebook/class?student=alice")
	for name, part := range map[string]string{
		"Content-Security-Policy": "; frame-src 'self'", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := a.header.Get(name); !strings.Contains(got, part) {
			t.Errorf("%s is %q, lacks %q", name, got, part)
		}
	}
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'self' https://lms.example.org"} {
		if got := a.header.Get("Content-Security-Policy"); !strings.Contains(got, part) {
			t.Errorf("the policy %q lacks %q", got, part)
		}
	}
}

func TestWhatTheClassroomShows(t *testing.T) {
	s := newClass(t)
	home := filepath.Join(s.Config.Root, "students/alice/class/w1")
	if err := os.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, filepath.Base(oddName)), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 { // what is root's is nobody's work
		if err := os.Chown(filepath.Dir(home), s.Config.UIDs.First, s.Config.UIDs.First); err != nil {
			t.Fatal(err)
		}
	}
	a := s.person("/auditor/notebook/class?student=alice")
	for _, part := range []string{
		"&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;1.0&gt;", "<h2>S &lt;1&gt;</h2>", "All &amp; &lt;i&gt;more&lt;/i&gt;", "(new)", "(opened)", `aria-label="Contents"`,
	} {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, "<b>") {
		t.Error("what the course says is not escaped")
	}
	links := notebookLink.FindAllStringSubmatch(a.body, -1)
	if len(links) != 2 || !strings.Contains(links[0][3], "aria-current") || strings.Contains(links[0][3], "opened") ||
		strings.Contains(links[1][3], "aria-current") || !strings.Contains(links[1][3], `class="opened"`) {
		t.Errorf("got %q", links)
	}
	if t.Failed() {
		t.Log(a.body)
	}
	odd := s.person(html.UnescapeString(links[1][1]))
	if got := shown(t, odd); got != "/notebookLazyCopy/class/"+strings.TrimSuffix(oddName, ".md")+"/alice" {
		t.Errorf("the link to the odd name shows %q", got)
	}
	if location := s.open(html.UnescapeString(links[1][2])); !strings.Contains(location, ".md") {
		t.Errorf("it opens %s", location)
	}
}

func TestAddressesOfTheClassroom(t *testing.T) {
	s := newClass(t)
	got, want := map[string]string{}, map[string]string{
		"class": "w1/a", "class/": "w1/a", "class@lab": "w1/a in lab", "class@classic/w1/a": "w1/a in classic", "class:@jlab": "w1/a in lab", "class@other": "w1/a",
		"class:all": "w1/a", "class:unknown": "w1/a", "class:unknown@lab/w1/a.ipynb": "w1/a in lab",
		"class:Second": "w2/two.py", "class:Second@classic": "w2/two.py in classic", "class:odd%20%40lab%3A%2Fx": "w2/two.py", "class:odd%20@lab:%2Fx": "w2/two.py",
		"class:Second/w2/two.md": "w2/two.md", "class:Second/w2/two": "w2/two.py", "class:Second/w2/two.ipynb": "w2/two.py",
		"class/w1/a.py": "w1/a", "class/w1/a.ipynb/": "w1/a", "class/w1/a.ipynb.old": "w1/a.ipynb.old", "class/gone": "gone",
	}
	for path := range want {
		notebook := strings.TrimPrefix(shown(t, s.person("/auditor/notebook/"+path+"?student=alice")), "/notebookLazyCopy/class/")
		got[path] = strings.Replace(strings.Replace(notebook, "/alice", "", 1), "?app=", " in ", 1)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for path, status := range map[string]int{
		"nowhere": 404, "a%20b": 400, ":x": 400, "": 400, "class/%2e%2e%2fx": 400, "class/a%00": 400, "class/%ff": 400, "class/%zz": 400,
	} {
		if a := s.person("/auditor/notebook/" + path + "?student=alice"); a.status != status {
			t.Errorf("%s: got %d, want %d", path, a.status, status)
		}
	}
}

func TestNotebooksThatOnlyTheirExtensionTellsApart(t *testing.T) {
	s := newClass(t)
	a := s.person("/auditor/notebook/class:Second?student=alice")
	for i, want := range []string{".py", ".md"} {
		m := notebookLink.FindAllStringSubmatch(a.body, -1)[i]
		if got := s.open(html.UnescapeString(m[2])); !strings.Contains(got, "/w2/two"+want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCoursesWithNothingToShow(t *testing.T) {
	s := newClass(t)
	s.CreateCourse("empty", apptest.Repository(t, map[string]string{"README.txt": "nothing"}))
	if _, _, err := s.Run(http.MethodPost, "/api/courses", `{"name": "unborn", "giturl": "/nowhere/at/all"}`); err != nil {
		t.Fatal(err)
	}
	a := s.person("/auditor/notebook/empty?student=alice")
	if a.status != http.StatusOK || !strings.Contains(a.body, "There are no notebooks in it yet") || shown(t, a) != "" {
		t.Errorf("got %d\n%s", a.status, a.body)
	}
	a = s.person("/auditor/notebook/unborn?student=alice")
	if a.status == http.StatusOK && !strings.Contains(a.body, "has not been published yet") {
		t.Errorf("got\n%s", a.body)
	}
}

func TestTheClassroomLeadsToBooks(t *testing.T) {
	s := newClass(t)
	s.CreateCourse("shelf", apptest.Repository(t, map[string]string{"a.ipynb": "{}", "nbhosting/nbhosting.yaml": `
builds:
  - {id: book, name: "The <b>", description: "all & more", script: "true", external-url: "https://elsewhere.example/x"}
  - {id: unbuilt, name: Unbuilt, script: "true"}
  - {id: odd, name: Odd, external-url: "javascript:alert(1)"}
`}))
	s.addBookOf("shelf", "book", "abcdef0", map[string]string{"index.html": "<p>home"})
	links := regexp.MustCompile(`<a href="([^"]*)"[^>]*>(The[^<]*|Unbuilt|Odd)</a>`)
	for _, path := range []string{"/auditor/courses?student=alice", "/auditor/notebook/shelf?student=alice"} {
		got := map[string]string{}
		for _, m := range links.FindAllStringSubmatch(s.person(path).body, -1) {
			got[html.UnescapeString(m[2])] = m[1]
		}
		want := map[string]string{"The <b>": "/builds/shelf/book/latest/index.html", "The <b> (on another site)": "https://elsewhere.example/x"}
		if got["Odd"] != "" && !strings.HasPrefix(got["Odd"], "#") {
			t.Errorf("%s: a link leads to %q", path, got["Odd"])
		}
		delete(got, "Odd")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if a := s.person("/builds/shelf/book/latest/index.html"); a.body != "<p>home" {
		t.Errorf("the book: got %d %s", a.status, a.body)
	}
}

func TestTheListOfCourses(t *testing.T) {
	s := newClass(t)
	s.CreateCourse("other", apptest.Repository(t, map[string]string{"a.ipynb": "{}"}))
	s.CreateCourse("past", apptest.Repository(t, map[string]string{"a.ipynb": "{}"}))
	if status, body := s.Call(http.MethodPatch, "/api/courses/past", `{"archived": true}`); status != http.StatusOK {
		t.Fatal(body)
	}
	for path, want := range map[string][]string{
		"/auditor/courses?student=alice":                   {"class", "other"},
		"/auditor/courses/?student=alice&pattern=th%7Czzz": {"other"},
	} {
		a := s.person(path)
		wantTitle(t, a, "Courses")
		var got []string
		for _, m := range regexp.MustCompile(`<h2 id="[^"]*">([^<]*)`).FindAllStringSubmatch(a.body, -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	a := s.person("/auditor/courses?student=alice")
	for _, m := range regexp.MustCompile(`class="button" href="([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
		if page := s.person(html.UnescapeString(m[1])); page.status != http.StatusOK || shown(t, page) == "" {
			t.Errorf("%s: got %d", m[1], page.status)
		}
	}
	if a := s.person("/auditor/courses?student=alice&pattern=("); a.status != http.StatusBadRequest {
		t.Errorf("no regular expression: got %d", a.status)
	}
}

func wantTitle(t *testing.T, a answer, title string) {
	t.Helper()
	if a.status != http.StatusOK || !strings.Contains(a.body, "<h1>"+title+"</h1>") {
		t.Errorf("got %d\n%s", a.status, a.body)
	}
}

// TestTheClassroomKnowsMovedWork has a course move a notebook that alice has, and
// another one take the name of a third.
func TestTheClassroomKnowsMovedWork(t *testing.T) {
	s := site{apptest.New(t, openClassroom), t}
	lesson := func(n string) string { return cell(strings.Repeat("lesson "+n+"; ", 20)) }
	repository := apptest.Repository(t, map[string]string{"w1/a.ipynb": lesson("a"), "w1/b.ipynb": lesson("b")})
	s.CreateCourse("class", repository)
	s.open("/notebookLazyCopy/class/w1/a/alice")
	if err := os.MkdirAll(filepath.Join(repository, "w2"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(repository, "w1/a.ipynb"), filepath.Join(repository, "w2/moved.ipynb")); err != nil {
		t.Fatal(err)
	}
	apptest.Commit(t, repository, nil)
	s.PullCourse("class")
	page := s.person("/auditor/notebook/class?student=alice").body
	for title, opened := range map[string]bool{"w2/moved.ipynb": true, "w1/b.ipynb": false} {
		if got := strings.Contains(page, `title="`+title+`" class="opened"`); got != opened {
			t.Errorf("%s: opened: %t\n%s", title, got, page)
		}
	}
}
