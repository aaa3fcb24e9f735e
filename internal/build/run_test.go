package build_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestABookIsBuilt(t *testing.T) {
	files := book(`
mkdir -p out/deep && echo "a && b <c>" > out/start.html
cat ../modules/m.py > out/deep/m.txt
echo home > "$HOME/x" && cp "$HOME/x" out/
echo "$PYTHONPATH in $PWD" && id -u`, "directory: notes", "result_folder: out", "entry_point: start.html#top")
	files["notes/a.md"], files["modules/m.py"] = "# a", "x = 1\n"
	s := newSite(t, files)
	log := s.build()
	for file, want := range map[string]string{"start.html": "a && b <c>\n", "deep/m.txt": "x = 1\n", "x": "home\n"} {
		if got := s.shown(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	for _, want := range []string{"work/modules in ", "work/notes", "+ mkdir -p out/deep", "the result: 3 files"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if os.Getuid() == 0 && !strings.Contains(log, "54321") {
		t.Errorf("the script ran as somebody else:\n%s", log)
	}
	info, err := os.Stat(s.path("start.html"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o644 || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		t.Errorf("the page is %v of user %d", info.Mode(), info.Sys().(*syscall.Stat_t).Uid)
	}
	s.wantNothingLeft()
}

func TestABookIsBuiltOnce(t *testing.T) {
	s := newSite(t, book(page))
	s.build()
	first := s.latest()
	if len(first) != 7 {
		t.Errorf("a result is called %q, and not as git abbreviates a commit", first)
	}
	built, log, err := s.try("book", false)
	if built || err != nil || !strings.Contains(log, "is built already") {
		t.Errorf("got %t, %v, %s", built, err, log)
	}
	if built, log, err := s.try("book", true); !built || err != nil {
		t.Errorf("force: got %t, %v, %s", built, err, log)
	}
	if again := s.latest(); again == first || !strings.HasPrefix(again, first+"-") {
		t.Errorf("a second result of %s is called %s", first, again)
	}
}

func TestABookFollowsTheCourse(t *testing.T) {
	files := book("mkdir -p _build/html && cp a.md _build/html/index.html")
	files["a.md"] = "# one"
	s := newSite(t, files)
	s.build()
	first := s.latest()
	s.commit(map[string]string{"a.md": "# two"})
	s.build()
	if got := s.shown("index.html"); got != "# two" {
		t.Errorf("got %q", got)
	}
	// Back to what was: nothing has to run.
	s.commit(map[string]string{"a.md": "# one"})
	s.build()
	if s.latest() == first {
		t.Errorf("a new commit has the result of another: %s", first)
	}
}

func TestABookFollowsItsImage(t *testing.T) {
	image := "one"
	s := newSite(t, book("true"), func(o *build.Options) {
		o.ImageID = func(_ context.Context, name string) (string, error) {
			if name != "its/image" {
				t.Errorf("asked for %q", name)
			}
			return image, nil
		}
		o.Runner = stage{confined: true, act: func(_ context.Context, spec runtime.Spec) (runtime.Exit, error) {
			leave(t, spec, map[string]string{"_build/html/index.html": image})
			return runtime.Exit{}, nil
		}}
	})
	s.build()
	first := s.latest()
	image = "two"
	s.build()
	if got := s.shown("index.html"); got != "two" {
		t.Errorf("got %q", got)
	}
	// An image that comes back brings its book with it.
	image = "one"
	if built, _, err := s.try("book", false); built || err != nil || s.latest() != first || s.shown("index.html") != "one" {
		t.Errorf("got %t, %v; %q, not %q, is shown", built, err, s.latest(), first)
	}
}

// leave writes files where a script has the course.
func leave(t *testing.T, spec runtime.Spec, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(spec.Mounts[0].Source, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		give(t, path)
	}
}

// give makes a file the script's.
func give(t *testing.T, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Lchown(path, author, author); err != nil {
		t.Fatal(err)
	}
}

func TestAFailureLeavesWhatWasAndIsTriedAgain(t *testing.T) {
	s := newSite(t, book(page))
	s.build()
	first := s.latest()
	s.commit(book(page + "\necho on the way\n(exit 3)\necho never"))
	for range 2 {
		log := s.fails(nbhosting.Invalid, "failed with exit code 3", "in the log")
		if !strings.Contains(log, "on the way") || strings.Contains(log, "never") {
			t.Errorf("the log is:\n%s", log)
		}
	}
	if s.latest() != first || s.shown("index.html") != "<p>one</p>\n" {
		t.Errorf("%s is shown, with %q", s.latest(), s.shown("index.html"))
	}
	s.commit(book(strings.ReplaceAll(page, "one", "two")))
	s.build()
	if s.shown("index.html") != "<p>two</p>\n" {
		t.Errorf("got %q", s.shown("index.html"))
	}
}

func TestWhatCannotBeBuilt(t *testing.T) {
	s := newSite(t, settings(
		"{name: a link, id: link, external_url: 'https://example.org/x'}", "{name: nothing}",
		"{name: long, id: "+strings.Repeat("x", 250)+", script: 'true'}", "{name: away, directory: nowhere/at/all, script: 'true'}",
	))
	for id, want := range map[string]struct {
		kind  nbhosting.Kind
		parts string
	}{
		"link":                   {nbhosting.Invalid, "https://example.org/x"},
		"nothing":                {nbhosting.Invalid, "no “script”"},
		"book":                   {nbhosting.NotFound, `"link", "nothing"`},
		strings.Repeat("x", 250): {nbhosting.Invalid, "too long"},
		"away":                   {nbhosting.Invalid, `"nowhere/at/all", which the repository has not; the top of the repository has "nbhosting/"`},
	} {
		built, _, err := s.try(id, true)
		if built || nbhosting.KindOf(err) != want.kind || !strings.Contains(nbhosting.MessageOf(err), want.parts) {
			t.Errorf("%.20s: got %v", id, err)
		}
	}
	_, err := s.Run(t.Context(), build.Request{Course: "other", ID: "book"}, io.Discard)
	if nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("another course: got %v", err)
	}
}

func TestACourseThatSaysNoBuilds(t *testing.T) {
	newSite(t, map[string]string{"a.md": "x"}).fails(nbhosting.NotFound, "names none")
}

func TestACourseThatIsNotPublished(t *testing.T) {
	s := newSite(t, book(page))
	if err := os.Remove(filepath.Join(s.catalog.RevisionsDir(tour), "current")); err != nil {
		t.Fatal(err)
	}
	s.fails(nbhosting.Conflict, "Pull it first")
}

// TestACourseThatIsPulledMeanwhile publishes another commit between the look at
// the settings and the export.
func TestACourseThatIsPulledMeanwhile(t *testing.T) {
	s := newSite(t, book("mkdir -p _build/html && cp a.md _build/html/index.html"))
	s.write(map[string]string{"a.md": "# new"})
	moving := &moves{Catalog: s.catalog, before: func() {
		if _, err := s.catalog.Pull(t.Context(), tour, io.Discard); err != nil {
			t.Error(err)
		}
	}}
	s.options.Courses = moving
	s.Builder = build.New(s.options)
	s.build()
	if s.shown("index.html") != "# new" || moving.exports != 2 {
		t.Errorf("got %q after %d exports", s.shown("index.html"), moving.exports)
	}
	s.write(map[string]string{"a.md": "# newer"})
	moving.before = func() {
		s.write(map[string]string{"a.md": rand.Text()})
		if _, err := s.catalog.Pull(t.Context(), tour, io.Discard); err != nil {
			t.Error(err)
		}
	}
	s.commit(map[string]string{"a.md": "x"})
	s.fails(nbhosting.Conflict, "pulled again and again")
}

// moves is a catalog in which something happens before each export.
type moves struct {
	*course.Catalog
	before  func()
	exports int
}

func (m *moves) Export(ctx context.Context, name nbhosting.CourseName, dir string) (string, error) {
	m.exports++
	m.before()
	return m.Catalog.Export(ctx, name, dir)
}
