package opening_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

func TestWhatCannotBeOpened(t *testing.T) {
	b := newBench(t, map[string]string{"w1/intro.ipynb": "{}", "data/x.csv": "", "w1/table.csv": ""})
	for _, launch := range []nbhosting.Launch{
		{Course: "nowhere", Notebook: "w1/intro", Student: "alice"},
		launchOf("w1/absent"), launchOf("w1"), launchOf("intro"), launchOf("w1/table.csv"), launchOf("data/x"), launchOf(strings.Repeat("x", 255)),
	} {
		b.wantRefused(launch, nbhosting.NotFound)
	}
	if entries, err := os.ReadDir(filepath.Join(b.root, "students")); err != nil || len(entries) != 0 {
		t.Errorf("made for nothing: %v, %v", entries, err)
	}
}

func TestNothingOpensBeforeTheFirstPull(t *testing.T) {
	b := emptyBench(t)
	c := nbhosting.Course{Name: "tour", GitURL: "/nowhere", Image: "i"}
	if err := b.Courses.Store.CreateCourse(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	b.wantRefused(launchOf("w1/intro"), nbhosting.Unavailable)
}

func TestTheCopyIsMadeOnce(t *testing.T) {
	b := newBench(t, map[string]string{"w1/intro.ipynb": "theirs"})
	b.open("w1/intro")
	b.wantWork("w1/intro.ipynb", "theirs")
	if err := os.WriteFile(b.work("w1/intro.ipynb"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.open("w1/intro")
	b.pull(map[string]string{"w1/intro.ipynb": "newer", "w2/more.ipynb": "more"})
	b.open("w1/intro")
	b.wantWork("w1/intro.ipynb", "mine")
	b.open("w2/more")
	b.wantWork("w2/more.ipynb", "more")
}

func TestANotebookThatOnlyTheStudentHas(t *testing.T) {
	b := newBench(t, map[string]string{"old.ipynb": "{}", "new.ipynb": "{}"})
	b.open("old")
	if err := os.WriteFile(b.work("my own.md"), []byte("# mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.remove("old.ipynb")
	for notebook, want := range map[string]string{
		"old": "notebooks/old.ipynb", "my own": "notebooks/my%20own.md?factory=Jupytext%20Notebook",
	} {
		if got := b.open(notebook); got != want {
			t.Errorf("%s: got %s, want %s", notebook, got, want)
		}
	}
	_, err := b.Open(t.Context(), nbhosting.Launch{Course: "tour", Notebook: "old", Student: "bob"}, ignore)
	if nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("another student: got %v", err)
	}
}

func TestWhereNotebooksAre(t *testing.T) {
	b := newBench(t, map[string]string{
		"plain.ipynb": "", "w1/v1.2 intro.ipynb": "", "été à la plage.md": "", "100%.py": "", "a#b?c&d+e.ipynb": "", "w 2/s/x.md": "",
		"x.ipynb.ipynb": "", "was.py": "", "is.ipynb": "", "both.py": "", "both.ipynb": "", "{notebook}.ipynb": "", "a.md.ipynb": "",
	})
	for notebook, want := range map[string]string{
		"plain": "plain.ipynb", "plain.ipynb": "plain.ipynb", "plain.py": "plain.ipynb",
		"w1/v1.2 intro":    "w1/v1.2%20intro.ipynb",
		"été à la plage":   "%C3%A9t%C3%A9%20%C3%A0%20la%20plage.md" + jupytext,
		"100%":             "100%25.py" + jupytext,
		"a#b?c&d+e":        "a%23b%3Fc&d+e.ipynb",
		"w 2/s/x":          "w%202/s/x.md" + jupytext,
		"x.ipynb":          "x.ipynb.ipynb",
		"was.ipynb":        "was.py" + jupytext,
		"is.py":            "is.ipynb",
		"both":             "both.py" + jupytext,
		"{notebook}":       "%7Bnotebook%7D.ipynb",
		"a.md":             "a.md.ipynb",
		"w1/v1.2 intro.py": "w1/v1.2%20intro.ipynb",
	} {
		if got := b.open(notebook); got != "notebooks/"+want {
			t.Errorf("%s: got %s, want notebooks/%s", notebook, got, want)
		}
	}
}

func TestAFormatWithAQueryKeepsIt(t *testing.T) {
	b := newBench(t, map[string]string{"a b.md": ""})
	b.NotebookURL = "lab/tree/{notebook}?reset"
	if got := b.open("a b"); got != "lab/tree/a%20b.md?reset" {
		t.Errorf("got %s", got)
	}
}

func TestLinksLeadToDataThatIsThere(t *testing.T) {
	b := newBench(t, map[string]string{"w1/intro.ipynb": "", "data/x.csv": "1"})
	b.open("w1/intro")
	if text, err := os.ReadFile(b.work("w1/data/x.csv")); err != nil || string(text) != "1" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := os.Lstat(b.work("w1/media")); err == nil {
		t.Error("there is a link to media, which the course has not")
	}
	b.pull(map[string]string{"media/m.svg": "", "data/x.csv": "2"})
	b.open("w1/intro")
	if text, err := os.ReadFile(b.work("w1/data/x.csv")); err != nil || string(text) != "2" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := os.Stat(b.work("w1/media/m.svg")); err != nil {
		t.Error(err)
	}
}

func TestAStudentsLinkIsNotFollowedOut(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": "", "b.ipynb": ""})
	b.open("a")
	if err := b.Servers.Stop(t.Context(), launchOf("b").Key()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", b.work("b.ipynb")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), launchOf("b"), ignore); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("got %v", err)
	}
	if running := b.Servers.Servers(); len(running) != 0 {
		t.Errorf("servers run: %v", running)
	}
}

// events returns the lines of events.raw without their times.
func (b *bench) events() []string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.root, "raw/tour/events.raw"))
	if err != nil {
		b.t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		_, rest, _ := strings.Cut(line, " ")
		lines = append(lines, strings.TrimSuffix(rest, "\n"))
	}
	return lines
}

func TestEachOpeningIsRecordedOnce(t *testing.T) {
	b := newBench(t, map[string]string{"w1/intro.ipynb": "", "a b%.md": ""})
	b.open("w1/intro")
	b.open("w1/intro.py")
	b.open("a b%")
	want := []string{"tour alice w1/intro created -", "tour alice w1/intro existing -", "tour alice a%20b%25 existing -"}
	if diff := cmp.Diff(want, b.events()); diff != "" {
		t.Error(diff)
	}
}

func TestAnOpeningThatCannotBeRecordedGoesOn(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		b := newBench(t, map[string]string{"a.ipynb": ""})
		if err := os.WriteFile(filepath.Join(b.root, "raw"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		b.open("a")
		b.wantLogged("could not be recorded")
	})
	t.Run("locked", func(t *testing.T) {
		b := newBench(t, map[string]string{"a.ipynb": ""})
		b.open("a")
		file, err := os.Open(filepath.Join(b.root, "raw/tour/events.raw"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		b.open("a")
		b.wantLogged("could not be recorded")
	})
}

func (b *bench) wantLogged(text string) {
	b.t.Helper()
	if !strings.Contains(b.log.String(), text) {
		b.t.Errorf("the log is:\n%s", b.log)
	}
}

func TestAdmit(t *testing.T) {
	b := emptyBench(t)
	r := httptest.NewRequest("GET", "/ipythonExercice/tour/w1/a%20b.ipynb/alice", nil)
	if _, err := b.Admit(r); nbhosting.KindOf(err) != nbhosting.Denied {
		t.Errorf("from %s: got %v", r.RemoteAddr, err)
	}
	r.RemoteAddr = "127.0.0.1:1234"
	if got, err := b.Admit(r); err != nil || got != launchOf("w1/a b") {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestTheNetworkOfACourse checks what servers are started with.
func TestTheNetworkOfACourse(t *testing.T) {
	b := newBench(t, map[string]string{"x.ipynb": "{}"})
	none := "none"
	if _, err := b.Courses.Set(t.Context(), "tour", course.Changes{Network: &none}); err != nil {
		t.Fatal(err)
	}
	var got runtime.Network
	b.engine.Fail(fake.Failures{Start: func(_ context.Context, spec runtime.Spec) error {
		got = spec.Network
		return nil
	}})
	b.open("x")
	if got != runtime.NetworkNone {
		t.Errorf("the server reaches %q", got)
	}
}
