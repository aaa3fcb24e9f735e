package course_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestCreatePublishesWhatStudentsNeed(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{"run.py": "#!/usr/bin/env python"})
	if err := os.Chmod(filepath.Join(a.Dir, "run.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	commit := a.Commit(map[string]string{
		"w1/intro.md": "# intro", "w1/été 1.ipynb": "{}", "modules/tour/__init__.py": "x = 1", "modules/table.csv": "1",
		"media/logo.svg": "<svg/>", "data/deep/er.csv": "1,2", "README.txt": "no notebook", "w1/data/private.csv": "not at the top",
	})
	s := newSite(t)
	s.create(a.Dir)
	for dir, want := range map[string][]string{
		"courses/tour": {"modules/tour/__init__.py", "run.py", "w1/intro.md", "w1/été 1.ipynb"},
		"modules/tour": {"table.csv", "tour/__init__.py"},
		"static/tour":  {"data/deep/er.csv", "media/logo.svg"},
	} {
		if diff := cmp.Diff(want, s.Files(dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
	if got := s.published(); got != commit {
		t.Errorf("published %q, want %q", got, commit)
	}
	got, err := s.Course(t.Context(), tour)
	want := nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: "main", Image: "tour"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPublishedFilesAreForAllToRead(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{"run.py": "#!"})
	if err := os.Chmod(filepath.Join(a.Dir, "run.py"), 0o700); err != nil {
		t.Fatal(err)
	}
	a.Commit(map[string]string{"w1/intro.md": "", "data/x.csv": ""})
	s := newSite(t)
	s.create(a.Dir)
	date, err := time.Parse(time.RFC3339, gittest.Date)
	if err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{
		"courses/tour/run.py": 0o755, "courses/tour/w1/intro.md": 0o644, "static/tour/data/x.csv": 0o644,
	} {
		info, err := os.Stat(filepath.Join(s.Root, path))
		if err != nil || info.Mode() != mode || !info.ModTime().Equal(date) {
			t.Errorf("%s: %v %v, %v", path, info.Mode(), info.ModTime(), err)
		}
	}
	for _, dir := range []string{"revisions", "revisions/tour", "courses/tour", "courses/tour/w1", "static/tour/data", "modules/tour"} {
		if info, err := os.Stat(filepath.Join(s.Root, dir)); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: %v, %v", dir, info.Mode(), err)
		}
	}
}

func TestCreateThatFailsLeavesNothing(t *testing.T) {
	empty, plain := gittest.NewAuthor(t), t.TempDir()
	for name, c := range map[string]struct {
		giturl string
		want   nbhosting.Kind
	}{
		"no address":         {"", nbhosting.Invalid},
		"relative address":   {"course.git", nbhosting.Invalid},
		"an option":          {"--upload-pack=touch /tmp/x", nbhosting.Invalid},
		"a program":          {"ext::sh -c id", nbhosting.Invalid},
		"no such path":       {"/nowhere/course.git", nbhosting.NotFound},
		"not a repository":   {plain, nbhosting.Invalid},
		"empty repository":   {empty.Dir, nbhosting.Invalid},
		"nobody listens":     {"http://127.0.0.1:1/course.git", nbhosting.Unavailable},
		"there is no branch": {detached(t), nbhosting.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			_, err := s.try(c.giturl)
			sitetest.WantKind(t, err, c.want)
			s.wantNothing()
		})
	}
}

// detached makes a repository with several branches, none of which stands out.
func detached(t *testing.T) string {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	a.Git("branch", "one")
	a.Git("branch", "two")
	a.Git("checkout", "--quiet", "--detach")
	a.Git("branch", "--delete", "--force", "main")
	return a.Dir
}

func TestCreateChecksTheImage(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	for _, image := range []string{"", "UPPER", "two words", "-x", "a:b:c"} {
		s := newSite(t)
		_, err := s.Create(t.Context(), nbhosting.Course{Name: tour, GitURL: a.Dir, Image: image}, io.Discard)
		sitetest.WantKind(t, err, nbhosting.Invalid)
		s.wantNothing()
	}
}

func TestThePasswordOfAnAddressIsNotTold(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	log, err := newSite(t).try(strings.Replace(srv.URL, "://", "://ada:s3cret@", 1) + "/course.git")
	sitetest.WantKind(t, err, nbhosting.NotFound)
	for _, text := range []string{log, err.Error(), nbhosting.MessageOf(err)} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("the password is in %q", text)
		}
	}
}

func TestCreateOfAnExistingNameChangesNothing(t *testing.T) {
	first, second := gittest.NewAuthor(t), gittest.NewAuthor(t)
	commit := first.Commit(map[string]string{"first.md": ""})
	second.Commit(map[string]string{"second.md": ""})
	s := newSite(t)
	s.create(first.Dir)
	_, err := s.try(second.Dir)
	sitetest.WantKind(t, err, nbhosting.Conflict)
	if want := `There is a course named "tour" already.`; nbhosting.MessageOf(err) != want {
		t.Errorf("got %q, want %q", nbhosting.MessageOf(err), want)
	}
	if got := s.published(); got != commit {
		t.Errorf("published %q, want %q", got, commit)
	}
	s.pull()
	if diff := cmp.Diff([]string{"first.md"}, s.Files("courses/tour")); diff != "" {
		t.Error(diff)
	}
}

func TestCreateLeavesAForeignCloneAlone(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	if err := os.MkdirAll(filepath.Join(s.Root, "courses-git/tour/theirs"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := s.try(a.Dir)
	sitetest.WantKind(t, err, nbhosting.Conflict)
	if _, err := os.Stat(filepath.Join(s.Root, "courses-git/tour/theirs")); err != nil {
		t.Error(err)
	}
	if _, err := s.Course(t.Context(), tour); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("the course is there: %v", err)
	}
}

func TestCreateOverADirectoryOfAnotherSystem(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	for _, taken := range []string{"courses", "modules", "static"} {
		s := newSite(t)
		theirs := filepath.Join(s.Root, taken, "tour")
		if err := os.MkdirAll(theirs, 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := s.try(a.Dir)
		sitetest.WantKind(t, err, nbhosting.Conflict)
		if err := os.Remove(theirs); err != nil { // fails if it is not there, or not empty
			t.Error(err)
		}
		s.wantNothing()
	}
}

func TestCreateIsUndoneWhenItsCallerLeaves(t *testing.T) {
	hung := make(chan struct{})
	asked := make(chan struct{}, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hung
	}))
	defer srv.Close()
	defer close(hung)
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	_, err := s.Create(ctx, nbhosting.Course{Name: tour, GitURL: srv.URL + "/course.git", Image: "i"}, io.Discard)
	sitetest.WantKind(t, err, nbhosting.Unavailable)
	s.wantNothing()
}

func TestSeveralCoursesAtOnce(t *testing.T) {
	s := newSite(t)
	var wg sync.WaitGroup
	for _, name := range []nbhosting.CourseName{"one", "two", "three"} {
		a := gittest.NewAuthor(t)
		a.Commit(map[string]string{string(name) + ".md": ""})
		wg.Go(func() {
			c := nbhosting.Course{Name: name, GitURL: a.Dir, Image: "i"}
			if _, err := s.Create(t.Context(), c, io.Discard); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // may come before or after
			if _, err := s.Pull(t.Context(), name, io.Discard); err != nil && nbhosting.KindOf(err) != nbhosting.NotFound {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	courses, err := s.Courses(t.Context())
	if err != nil || len(courses) != 3 {
		t.Fatalf("got %v, %v", courses, err)
	}
	for _, c := range courses {
		if diff := cmp.Diff([]string{string(c.Name) + ".md"}, s.Files("courses/"+string(c.Name))); diff != "" {
			t.Error(diff)
		}
	}
}
