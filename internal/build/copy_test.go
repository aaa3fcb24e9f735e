package build_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// bookFiles lists what the book holds, at all depths.
func (s *site) bookFiles() []string {
	s.t.Helper()
	var found []string
	top := s.path("") + "/"
	err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != build.RecordFile {
			found = append(found, strings.TrimPrefix(path, top))
			if !d.Type().IsRegular() {
				s.t.Errorf("%s is %v", path, d.Type())
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

func TestOnlyPlainFilesAreTaken(t *testing.T) {
	s := newSite(t, book(page+`
cd _build/html
mkdir sub && echo sub > sub/x.css && ln -s sub/x.css file.css && ln -s ../index.html sub/up.html
ln -s sub dir && ln -s . sub/round && ln -s nowhere dangling && ln -s /etc/passwd passwd && ln -s ../../../../../../etc/passwd above && ln -s ../../nbhosting course
ln -s loop loop
mkfifo fifo && ln -s fifo to-fifo
echo mine > .nbhosting-build.json
echo odd > $'a\nb\x1b[31m 100% é.html'
echo plain > $'latin\xe9.txt'
touch empty.js .nojekyll`))
	log := s.build()
	want := []string{".nojekyll", "a\nb\x1b[31m 100% é.html", "empty.js", "file.css", "index.html", "latin\xe9.txt", "sub/up.html", "sub/x.css"}
	if diff := cmp.Diff(want, s.bookFiles()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{"dir", "sub/round", "dangling", "passwd", "above", "course", "loop", "fifo", "to-fifo", build.RecordFile} {
		if !strings.Contains(log, fmt.Sprintf("left out: %q: ", name)) {
			t.Errorf("the log does not tell that %s is left out:\n%s", name, log)
		}
	}
	if strings.Contains(s.shown(build.RecordFile), "mine") {
		t.Error("a script wrote what we say of its result")
	}
	if s.shown("file.css") != "sub\n" {
		t.Errorf("got %q", s.shown("file.css"))
	}
}

func TestManyThatAreLeftOutAreCounted(t *testing.T) {
	s := newSite(t, book(page+"\nfor i in $(seq 100); do ln -s nowhere _build/html/$i; done"))
	log := s.build()
	if n := strings.Count(log, "left out: "); n != 21 || !strings.Contains(log, "left out: 80 more\n") {
		t.Errorf("%d lines tell of 100 links:\n%s", n, log)
	}
}

// TestFilesOfOthersAreNotTaken has a script succeed in what the kernel should
// not let it do: another name for a file that it may not read.
func TestFilesOfOthersAreNotTaken(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("files of others take root")
	}
	s := newSite(t, book("true"))
	secret := filepath.Join(s.root, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.options.Runner = stage{act: func(_ context.Context, spec runtime.Spec) (runtime.Exit, error) {
		leave(t, spec, map[string]string{"_build/html/index.html": "x"})
		html := filepath.Join(spec.Mounts[0].Source, "_build/html")
		if err := os.Link(secret, filepath.Join(html, "link.html")); err != nil {
			t.Error(err)
		}
		for name, mode := range map[string]uint32{"null": unix.S_IFCHR, "disk": unix.S_IFBLK, "socket": unix.S_IFSOCK} {
			if err := unix.Mknod(filepath.Join(html, name), mode|0o666, int(unix.Mkdev(1, 3))); err != nil {
				t.Error(err)
			}
			give(t, filepath.Join(html, name))
		}
		return runtime.Exit{}, nil
	}}
	s.Builder = build.New(s.options)
	s.build()
	if diff := cmp.Diff([]string{"index.html"}, s.bookFiles()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFilesKeepTheirDates(t *testing.T) {
	s := newSite(t, book(page+"\ntouch -d 2001-02-03T04:05:06Z _build/html/old.css && touch -d 2199-01-01 _build/html/future.css"))
	s.build()
	for file, ok := range map[string]func(time.Time) bool{
		"old.css":    func(date time.Time) bool { return date.Equal(time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)) },
		"future.css": func(date time.Time) bool { return !date.After(time.Now()) },
	} {
		info, err := os.Stat(s.path(file))
		if err != nil {
			t.Fatal(err)
		}
		if !ok(info.ModTime()) {
			t.Errorf("%s is of %v", file, info.ModTime())
		}
	}
}

func TestResultsAreBounded(t *testing.T) {
	for name, c := range map[string]struct{ script, message string }{
		"many":   {"for i in $(seq 50); do touch _build/html/$i; done", "more than 40 files"},
		"large":  {"head -c 600000 /dev/zero > _build/html/a && cp _build/html/a _build/html/b", "larger than 1 MiB"},
		"sparse": {"truncate -s 1T _build/html/a", "larger than 1 MiB"},
		"deep":   {"mkdir -p _build/html/$(printf 'd/%.0s' $(seq 80))", "more than 64 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, book(page), func(o *build.Options) { o.MaxFiles, o.MaxBytes = 40, 1<<20 })
			if name == "deep" {
				s.options.MaxFiles = 200
				s.Builder = build.New(s.options)
			}
			s.build()
			s.commit(book(page + "\n" + c.script))
			s.fails(nbhosting.Invalid, c.message)
			if s.shown("index.html") == "" {
				t.Error("what was shown is gone")
			}
		})
	}
}

func TestWhatAScriptMustLeave(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		parts []string
	}{
		"nothing":        {book("true"), []string{`no "_build/html"`, `the top of the repository has "nbhosting/"`}},
		"another folder": {book("mkdir -p _build/dirhtml && touch _build/x"), []string{`no "_build/html"`, `"_build" has "dirhtml/", "x"`}},
		"a file":         {book("mkdir _build && touch _build/html"), []string{`"_build/html"`, "is no directory"}},
		"outside":        {book("mkdir _build && ln -s /etc _build/html"), []string{`no "_build/html"`}},
		"empty":          {book("mkdir -p _build/html/x && ln -s /etc/passwd _build/html/index.html"), []string{"left no file", `"_build/html"`}},
		"another page":   {book(page, "entry_point: start.html"), []string{`no "start.html"`, `that has "index.html"`}},
		"no page":        {book(page, "entry_point: ''", "result_folder: _build"), []string{`that has "html/"`}},
	} {
		t.Run(name, func(t *testing.T) {
			newSite(t, c.files).fails(nbhosting.Invalid, c.parts...)
		})
	}
}

func TestTheResultFolderMayBeALink(t *testing.T) {
	s := newSite(t, book("mkdir -p x _build && echo x > x/index.html && ln -s ../x _build/html"))
	s.build()
	if s.shown("index.html") != "x\n" {
		t.Errorf("got %q", s.shown("index.html"))
	}
}
