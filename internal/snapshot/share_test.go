package snapshot_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/snapshot"
)

func TestShareListWithdraw(t *testing.T) {
	s := newSite(t, &program{})
	s.write("w1/intro.ipynb", "first")
	s.write("w1/other é.md", "text")
	first := s.share("w1/intro.ipynb")
	if !regexp.MustCompile(`^/snapshots/tour/[a-z2-7]{26}\.html$`).MatchString(first.Path) || first.File != "w1/intro.ipynb" || time.Since(first.SharedAt) > time.Minute {
		t.Errorf("got %+v", first)
	}
	other := s.share("w1/other é.md")
	s.write("w1/intro.ipynb", "second")
	if got := s.page(first); got != "first" {
		t.Errorf("the page follows the notebook: %q", got)
	}
	again := s.share("w1/intro.ipynb")
	if again.Path != first.Path || s.page(first) != "second" {
		t.Errorf("shared again at %s, was at %s; %q", again.Path, first.Path, s.page(first))
	}
	if got := s.list(); len(got) != 2 || got[0].ID == got[1].ID {
		t.Errorf("got %+v", got)
	}
	if err := s.Withdraw(t.Context(), alice, first.ID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]snapshot.Share{other}, s.list()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err := s.Open(tour, first.ID+".html")
	sitetest.WantKind(t, err, nbhosting.NotFound)
	sitetest.WantKind(t, s.Withdraw(t.Context(), alice, first.ID), nbhosting.NotFound)
	if renewed := s.share("w1/intro.ipynb"); renewed.Path == first.Path {
		t.Error("a withdrawn name is used again")
	}
	s.wantNothingLeft()
}

func TestNobodyWithdrawsWhatOthersShare(t *testing.T) {
	s := newSite(t, &program{})
	s.write("a.ipynb", "x")
	shared := s.share("a.ipynb")
	bob := nbhosting.Key{Course: tour, Student: "bob"}
	for _, id := range []string{shared.ID, "", "../tour/" + shared.ID, ".students/alice"} {
		sitetest.WantKind(t, s.Withdraw(t.Context(), bob, id), nbhosting.NotFound)
	}
	if all, err := s.List(bob); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
	if s.page(shared) != "x" {
		t.Error("it is gone")
	}
}

// TestWhatIsRemembered also shows that the same is found by the next start of the program.
func TestWhatIsRemembered(t *testing.T) {
	s := newSite(t, &program{})
	s.write("a.ipynb", `{"cells": [], "metadata": {"nbhosting": {"title": "A <title>"}}}`)
	shared := s.share("a.ipynb")
	if shared.Title != "A <title>" {
		t.Errorf("got %+v", shared)
	}
	text, err := os.ReadFile(filepath.Join(s.root, "snapshots/tour/.students/alice.json"))
	if err != nil || !strings.Contains(string(text), s.commit) {
		t.Errorf("%v\n%s", err, text)
	}
	left := filepath.Join(s.root, "snapshots/.work/abc/notebook")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	o := s.Options
	s.Snapshots = snapshot.New(o)
	if diff := cmp.Diff([]snapshot.Share{shared}, s.list()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.wantNothingLeft()
}

func TestARenamedCourseKeepsWhatIsShared(t *testing.T) {
	s := newSite(t, &program{})
	s.write("a.ipynb", "x")
	shared := s.share("a.ipynb")
	if err := s.catalog.Rename(t.Context(), tour, "été", course.RenameOptions{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	all, err := s.List(nbhosting.Key{Course: "été", Student: "alice"})
	if err != nil || len(all) != 1 || all[0].Path != "/snapshots/%C3%A9t%C3%A9/"+shared.ID+".html" {
		t.Fatalf("got %+v, %v", all, err)
	}
	file, err := s.Open("été", shared.ID+".html")
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
}

func TestWhatTheProgramIsGiven(t *testing.T) {
	p := &program{}
	s := newSite(t, p)
	s.write("w1/a b.md", "# A\n")
	s.write("w1/jupyter_nbconvert_config.py", "raise")
	s.share("w1/a b.md")
	spec, request := p.specs[0], p.requests[0]
	if spec.Network != runtime.NetworkNone || !spec.ReadOnlyRoot || spec.UID == 0 || spec.Image != image || spec.Limits.MemoryBytes != 1<<30 ||
		len(spec.Mounts) != 1 || !spec.Mounts[0].ReadOnly || strings.Contains(strings.Join(spec.Command, " "), "a b") {
		t.Errorf("got %+v", spec)
	}
	if request["format"] != ".md" || request["title"] != "w1/a b" || request["math"] != "/snapshots/-/mathjax.js" {
		t.Errorf("got %v", request)
	}
	for _, v := range spec.Env {
		if strings.Contains(v, "alice") || strings.HasPrefix(v, "JUPYTER") {
			t.Errorf("environment %q", v)
		}
	}
}

func TestPictures(t *testing.T) {
	s := newSite(t, &program{})
	s.write("w1/pics/a b.png", pixel)
	s.write("top.JPG", pixel)
	s.write("w1/large.png", strings.Repeat("x", 8<<20+1))
	s.write("w1/own.png.txt", pixel)
	s.link("pics/a b.png", "w1/link.png")
	s.link("/home/jovyan/static/data", "w1/data") // as an opening leaves it
	data := func(kind, text string) string {
		return `<img src="data:image/` + kind + `;base64,` + base64of(text) + `"/>`
	}
	shown := map[string]string{
		`<img src="pics/a%20b.png"/>`:             data("png", pixel),
		`<IMG SRC='pics/a b.png?x=1#y' />`:        data("png", pixel),
		`<img src="./../top.JPG"/>`:               data("jpeg", pixel),
		`<img src="link.png"/>`:                   data("png", pixel),
		`<img src="data/deep/course.png"/>`:       data("png", "\x89PNG of the course"),
		`<img alt="&lt;b&gt;" src="../top.JPG"/>`: `<img alt="&lt;b&gt;" src="data:image/jpeg;base64,` + base64of(pixel) + `"/>`,
	}
	var page, want strings.Builder
	for before, after := range shown {
		page.WriteString("<p>" + before + "</p>\n")
		want.WriteString("<p>" + after + "</p>\n")
	}
	const same = `<!-- <img src="top.JPG"> --><script>"<img src='../top.JPG'>"</script><imgx src="../top.JPG"><img><img src=""><img src="https://elsewhere.example/x.png">` +
		`<img src="//elsewhere.example/x.png"><img src="data:image/png;base64,AAAA"><img src="javascript:alert(1)"><table><tr><td><p></b>&nbsp;é<`
	missing := []string{"none.png", "large.png", "own.png.txt", "/top.JPG", "../secret.png", "../../bob/tour/x.png", "../../../../../../etc/passwd.png"}
	for _, src := range missing {
		page.WriteString(`<img src="` + src + `">`)
		want.WriteString(`<img src="` + src + `">`)
	}
	s.write("w1/a.ipynb", page.String()+same)
	shared := s.share("w1/a.ipynb")
	if diff := cmp.Diff(want.String()+same, s.page(shared)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(missing, shared.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]snapshot.Share{shared}, s.list()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// TestHostilePictures has in alice's workspace what is not hers to show.
func TestHostilePictures(t *testing.T) {
	s := newSite(t, &program{})
	secret := filepath.Join(filepath.Dir(s.root), "secret.png")
	if err := os.WriteFile(secret, []byte("SECRET"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.write("w1/a.png", pixel)
	s.link(secret, "w1/absolute.png")
	s.link("../../../../secret.png", "w1/relative.png")
	s.link("/", "w1/root")
	s.link("loop.png", "w1/loop.png")
	s.makeDir("w1/folder.png")
	if err := syscall.Mkfifo(s.work("w1/pipe.png"), 0o666); err != nil {
		t.Fatal(err)
	}
	srcs := []string{"absolute.png", "relative.png", "root" + secret, "loop.png", "folder.png", "pipe.png", "../../../../secret.png", "data/../../secret.png", secret, "a\x00.png"}
	if os.Getuid() == 0 {
		s.write("w1/theirs.png", "SECRET")
		if err := os.Chmod(s.work("w1/theirs.png"), 0o600); err != nil { // root's, and alice is not
			t.Fatal(err)
		}
		srcs = append(srcs, "theirs.png")
	}
	page := ""
	for _, src := range srcs {
		page += `<img src="` + src + `">`
	}
	s.write("w1/a.ipynb", page)
	shared := s.share("w1/a.ipynb")
	if got := s.page(shared); strings.Contains(got, "data:") {
		t.Errorf("shown: %s", got)
	}
}

func TestManyPicturesAreNotAllShown(t *testing.T) {
	s := newSite(t, &program{})
	s.write("b.png", strings.Repeat("x", 4<<20))
	s.write("a.ipynb", strings.Repeat(`<img src="b.png">`, 50)+strings.Repeat(`<img src="c.png">`, 1000))
	shared := s.share("a.ipynb")
	page := s.page(shared)
	if n := strings.Count(page, "data:"); n != 2 || len(page) > 20<<20 {
		t.Errorf("%d pictures in %d bytes", n, len(page))
	}
	if diff := cmp.Diff([]string{"b.png", "c.png"}, shared.Missing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostileNotebooks(t *testing.T) {
	p := &program{}
	s := newSite(t, p)
	secret := filepath.Join(filepath.Dir(s.root), "secret.ipynb")
	if err := os.WriteFile(secret, []byte("SECRET"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.link(secret, "absolute.ipynb")
	s.link("../../../../secret.ipynb", "relative.ipynb")
	s.link("nowhere.ipynb", "dangling.ipynb")
	s.link("loop.ipynb", "loop.ipynb")
	s.link("/", "root")
	s.makeDir("folder.ipynb")
	if err := syscall.Mkfifo(s.work("pipe.ipynb"), 0o666); err != nil {
		t.Fatal(err)
	}
	s.write("huge.ipynb", strings.Repeat("x", 20<<20+1))
	for file, kind := range map[string]nbhosting.Kind{
		"absolute.ipynb": nbhosting.Conflict, "relative.ipynb": nbhosting.Conflict, "dangling.ipynb": nbhosting.NotFound, "loop.ipynb": nbhosting.Conflict,
		"root" + secret: nbhosting.Conflict, "folder.ipynb": nbhosting.Conflict, "pipe.ipynb": nbhosting.Conflict, "none.ipynb": nbhosting.NotFound, "huge.ipynb": nbhosting.Conflict,
		"": nbhosting.Invalid, "../a.ipynb": nbhosting.Invalid, "/etc/a.ipynb": nbhosting.Invalid, "a\x00.ipynb": nbhosting.Invalid, "notes.txt": nbhosting.Invalid,
	} {
		s.fails(file, kind)
	}
	if len(p.specs) > 0 {
		t.Errorf("%d were rendered", len(p.specs))
	}
	for _, student := range []nbhosting.Student{"", "..", "bob"} {
		_, err := s.Share(t.Context(), snapshot.Request{Key: nbhosting.Key{Course: tour, Student: student}, File: "a.ipynb"})
		if kind := nbhosting.KindOf(err); err == nil || kind != nbhosting.Invalid && kind != nbhosting.NotFound {
			t.Errorf("%q: got %v", student, err)
		}
	}
}

func TestWhyANotebookIsNotRendered(t *testing.T) {
	const broken = "Traceback of /some/path"
	for name, test := range map[string]struct {
		program *program
		kind    nbhosting.Kind
		say     string
	}{
		"memory":     {says(`{"answer": "memory"}`+"\n", runtime.Exit{}), nbhosting.Invalid, "more memory than the 1024 MB"},
		"killed":     {says(``, runtime.Exit{Code: 137, OOMKilled: true}), nbhosting.Invalid, "more memory"},
		"computing":  {says(`{"answer": "page"}`+"\n<p>", runtime.Exit{Code: 137}), nbhosting.Timeout, "too much computing"},
		"module":     {says(`{"answer": "module", "detail": "nbconvert"}`, runtime.Exit{}), nbhosting.Unavailable, "no nbconvert for Python"},
		"unreadable": {says(`{"answer": "unreadable", "detail": "line 1\n  column 2."}`, runtime.Exit{}), nbhosting.Invalid, "(line 1 column 2)"},
		"failed":     {says(`{"answer": "failed", "detail": "KeyError: 'cells'", "trace": "`+broken+`"}`, runtime.Exit{}), nbhosting.Invalid, "KeyError: 'cells'"},
		"long words": {says(`{"answer": "failed", "detail": "`+strings.Repeat("é", 5000)+`"}`, runtime.Exit{}), nbhosting.Invalid, "é…"},
		"no python":  {says("exec: python3: not found", runtime.Exit{Code: 127}), nbhosting.Unavailable, "no python3"},
		"nonsense":   {says(broken, runtime.Exit{Code: 1}), nbhosting.Internal, "in the log"},
		"silence":    {says("", runtime.Exit{}), nbhosting.Internal, "in the log"},
		"too large":  {says(strings.Repeat("x", 32<<20+1), runtime.Exit{}), nbhosting.Invalid, "larger than 32 MB"},
		"no image":   {failsWith(runtime.ErrNoImage), nbhosting.Unavailable, `the image of the course "tour" is not on this machine`},
		"no engine":  {failsWith(runtime.ErrUnavailable), nbhosting.Unavailable, "does not answer"},
		"no room":    {failsWith(syscall.ENOSPC), nbhosting.Unavailable, "no room left"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, test.program)
			s.write("a.ipynb", "x")
			s.fails("a.ipynb", test.kind, test.say)
			_, err := s.Share(t.Context(), snapshot.Request{Key: alice, File: "a.ipynb"})
			if message := nbhosting.MessageOf(err); strings.Contains(message, broken) || len([]rune(message)) > 400 {
				t.Errorf("said: %s", message)
			}
			if len(s.list()) != 0 {
				t.Error("it is listed")
			}
		})
	}
}

func failsWith(err error) *program {
	return &program{do: func(context.Context, string, io.Writer) (runtime.Exit, error) { return runtime.Exit{}, err }}
}

func TestWhatFailsLeavesThePageBefore(t *testing.T) {
	p := &program{}
	s := newSite(t, p)
	s.write("a.ipynb", "x")
	shared := s.share("a.ipynb")
	p.do = says("", runtime.Exit{Code: 1}).do
	s.fails("a.ipynb", nbhosting.Internal)
	if s.page(shared) != "x" || len(s.list()) != 1 {
		t.Error("it is gone")
	}
}

func TestTooLong(t *testing.T) {
	p := &program{do: func(ctx context.Context, _ string, _ io.Writer) (runtime.Exit, error) {
		<-ctx.Done()
		return runtime.Exit{}, context.Cause(ctx)
	}}
	s := newSite(t, p, func(o *snapshot.Options) { o.Timeout = time.Millisecond })
	s.write("a.ipynb", "x")
	s.fails("a.ipynb", nbhosting.Timeout, "longer than 1ms")
	left, leave := context.WithCancel(t.Context())
	s = newSite(t, p)
	s.write("a.ipynb", "x")
	time.AfterFunc(time.Millisecond, leave)
	_, err := s.Share(left, snapshot.Request{Key: alice, File: "a.ipynb"})
	sitetest.WantKind(t, err, nbhosting.Unavailable)
}

// TestAFewAtATime has each of many students share two notebooks at once.
func TestAFewAtATime(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		running += n
		most = max(most, running)
	}
	both := make(chan struct{})
	p := &program{do: func(_ context.Context, notebook string, out io.Writer) (runtime.Exit, error) {
		count(1)
		defer count(-1)
		select { // until there is another one beside
		case both <- struct{}{}:
		case <-both:
		}
		_, err := io.WriteString(out, `{"answer": "page"}`+"\n"+notebook)
		return runtime.Exit{}, err
	}}
	s := newSite(t, p)
	s.write("a.ipynb", "a")
	const students = 10
	shared := make(chan error)
	for i := range students {
		key := nbhosting.Key{Course: tour, Student: nbhosting.Student("s" + string(rune('a'+i)))}
		if err := os.WriteFile(filepath.Join(s.join(key), "a.ipynb"), []byte("a"), 0o644); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := s.Share(t.Context(), snapshot.Request{Key: key, File: "a.ipynb"})
			shared <- err
		}()
	}
	for range students {
		if err := <-shared; err != nil {
			t.Error(err)
		}
	}
	if most != 2 {
		t.Errorf("%d at a time", most)
	}
}

func TestOneAtATimeForEachStudent(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	p := &program{}
	p.do = func(_ context.Context, _ string, out io.Writer) (runtime.Exit, error) {
		close(begun)
		<-finish
		_, err := io.WriteString(out, `{"answer": "page"}`+"\n")
		return runtime.Exit{}, err
	}
	s := newSite(t, p)
	s.write("a.ipynb", "x")
	ended := make(chan error)
	go func() {
		_, err := s.Share(t.Context(), snapshot.Request{Key: alice, File: "a.ipynb"})
		ended <- err
	}()
	<-begun
	_, err := s.Share(t.Context(), snapshot.Request{Key: alice, File: "b.ipynb"})
	sitetest.WantKind(t, err, nbhosting.Conflict)
	close(finish)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	p.do = nil
	s.share("a.ipynb")
}

func TestWhoWaitsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := snapshot.NewQueue(1, time.Minute)
		leave, err := q.Enter(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err = q.Enter(t.Context(), "bob")
		if sitetest.WantKind(t, err, nbhosting.Unavailable); time.Since(begun) != time.Minute {
			t.Errorf("waited for %s", time.Since(begun))
		}
		gone, leaves := context.WithCancelCause(t.Context())
		leaves(errors.New("gone"))
		_, err = q.Enter(gone, "bob")
		sitetest.WantKind(t, err, nbhosting.Unavailable)
		leave()
		if leave, err = q.Enter(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		leave()
	})
}

func TestBoundsOfWhatAStudentShares(t *testing.T) {
	s := newSite(t, &program{}, func(o *snapshot.Options) { o.MaxBytes = 2 << 20 })
	s.write("a.ipynb", strings.Repeat("x", 3<<19))
	s.write("b.ipynb", strings.Repeat("x", 1<<20))
	a := s.share("a.ipynb")
	s.fails("b.ipynb", nbhosting.Conflict, "more than the 2 MB")
	s.share("a.ipynb") // in place of itself
	if err := s.Withdraw(t.Context(), alice, a.ID); err != nil {
		t.Fatal(err)
	}
	s.share("b.ipynb")
	for i := range 99 {
		name := strings.Repeat("n", i+1) + ".md"
		s.write(name, "x")
		s.share(name)
	}
	s.write("more.md", "x")
	s.fails("more.md", nbhosting.Conflict, "100 notebooks")
	s.share("b.ipynb")
}

func TestOpen(t *testing.T) {
	s := newSite(t, &program{})
	s.write("a.ipynb", "x")
	shared := s.share("a.ipynb")
	dir := filepath.Join(s.root, "snapshots/tour")
	old := strings.Repeat("0123456789", 4) + ".html" // of an earlier system
	if err := os.WriteFile(filepath.Join(dir, old), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	linked, piped := strings.Repeat("a", 26)+".html", strings.Repeat("b", 26)+".html"
	if err := errors.Join(os.Symlink("/etc/passwd", filepath.Join(dir, linked)), syscall.Mkfifo(filepath.Join(dir, piped), 0o600)); err != nil {
		t.Fatal(err)
	}
	if file, err := s.Open(tour, old); err != nil {
		t.Error(err)
	} else {
		file.Close()
	}
	for course, names := range map[nbhosting.CourseName][]string{
		tour: {"", ".", "..", shared.ID, ".students", ".students/alice.json", "alice.json", strings.ToUpper(shared.ID) + ".html", linked, piped, "../tour/" + old, strings.Repeat("c", 26) + ".html"},
		"":   {old}, "..": {old}, "none": {old}, ".work": {old}, "tour/..": {old},
	} {
		for _, name := range names {
			_, err := s.Open(course, name)
			if nbhosting.KindOf(err) != nbhosting.NotFound {
				t.Errorf("%s/%s: got %v", course, name, err)
			}
		}
	}
	info, err := os.Stat(filepath.Join(dir, ".students/alice.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
