package course_test

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func (s site) delete(o course.DeleteOptions) (log string) {
	s.T.Helper()
	var out strings.Builder
	if err := s.Delete(s.T.Context(), tour, o, &out); err != nil {
		s.T.Fatal(err)
	}
	return out.String()
}

// isOf tells whether a path below the root is of the course tour.
func isOf(path string) bool {
	parts := strings.Split(path, "/")
	if parts[0] == "students" {
		return len(parts) > 2 && parts[2] == "tour"
	}
	return len(parts) > 1 && parts[1] == "tour"
}

// files are all paths of a site but the tables of its database.
func (s site) tree() map[string]string {
	s.T.Helper()
	all := s.all()
	maps.DeleteFunc(all, func(path, _ string) bool { return strings.HasPrefix(path, "table ") })
	return all
}

func TestADeletedCoursesWorkIsPutAside(t *testing.T) {
	s := lived(t)
	want := map[string]string{"trash": "drwx------", "trash/tour-DATE": "drwx------", "trash/tour-DATE/students": "drwx------"}
	for path, what := range s.tree() {
		parts := strings.Split(path, "/")
		switch {
		case !isOf(path):
			want[path] = what
		case parts[0] == "students":
			want["trash/tour-DATE/students/"+strings.Join(append(parts[1:2:2], parts[3:]...), "/")] = what
		case parts[0] == "history" || parts[0] == "raw" || parts[0] == "snapshots" || parts[0] == "local" || parts[0] == "jupyter" || parts[0] == "droparea":
			want["trash/tour-DATE/"+strings.Join(append(parts[0:1:1], parts[2:]...), "/")] = what
		}
	}
	log := s.delete(course.DeleteOptions{})
	if diff := cmp.Diff(want, s.tree()); diff != "" {
		t.Errorf("the site (-want +got):\n%s", diff)
	}
	for _, want := range []string{"trash/tour-", "the image tour stays"} {
		if !strings.Contains(log, want) || strings.Contains(log, s.Root) {
			t.Errorf("said: %s", log)
		}
	}
	for _, table := range []string{"course", "job", "past_server"} {
		if rows := s.rows(table); strings.Contains(rows, "tour ") || !strings.Contains(rows, "tour-2") {
			t.Errorf("table %s:\n%s", table, rows)
		}
	}
}

func TestAPurgedCourseLeavesNothing(t *testing.T) {
	s := lived(t)
	want := s.tree()
	maps.DeleteFunc(want, func(path, _ string) bool { return isOf(path) })
	log := s.delete(course.DeleteOptions{Purge: true})
	if diff := cmp.Diff(want, s.tree()); diff != "" {
		t.Errorf("the site (-want +got):\n%s", diff)
	}
	if !strings.Contains(log, "removed as well") || strings.Contains(log, "trash") {
		t.Errorf("said: %s", log)
	}
}

func TestANewCourseOfADeletedNameInheritsNothing(t *testing.T) {
	s := lived(t)
	old, err := s.Store.Course(t.Context(), tour)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // within the same second
		s.delete(course.DeleteOptions{})
		log, err := s.try(old.GitURL)
		if err != nil || strings.Contains(log, "already") {
			t.Errorf("said: %s, %v", log, err)
		}
		s.write("students/alice/tour/x", "again")
	}
	if trash, err := os.ReadDir(filepath.Join(s.Root, "trash")); err != nil || len(trash) != 3 {
		t.Errorf("trash: %v, %v", trash, err)
	}
}

func TestACourseWithoutWorkLeavesNoTrash(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	log := s.delete(course.DeleteOptions{})
	s.wantNothing()
	if trash, err := os.ReadDir(filepath.Join(s.Root, "trash")); err != nil || len(trash) != 0 {
		t.Errorf("trash: %v, %v", trash, err)
	}
	if !strings.Contains(log, "no work of students") {
		t.Errorf("said: %s", log)
	}
	sitetest.WantKind(t, s.Delete(t.Context(), tour, course.DeleteOptions{}, io.Discard), nbhosting.NotFound)
}

func TestWhatLinksLeadToIsNotTouched(t *testing.T) {
	s := lived(t)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.MkdirAll(filepath.Join(outside, "tour"), 0o755); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(outside, "tour/kept")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.link(outside, "students/out")
	s.link(filepath.Join(outside, "tour"), "students/zoe/tour")
	s.link(outside, "students/bob/tour/out")
	if err := os.RemoveAll(filepath.Join(s.Root, "raw/tour")); err != nil {
		t.Fatal(err)
	}
	s.link(filepath.Join(outside, "tour"), "raw/tour")
	s.delete(course.DeleteOptions{Purge: true})
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	if got := s.Read("students/alice/tour-2/w1/intro.ipynb"); got != "work in alice/tour-2" {
		t.Errorf("got %q", got)
	}
	for _, path := range []string{"students/zoe/tour", "raw/tour"} {
		if _, err := os.Lstat(filepath.Join(s.Root, path)); !os.IsNotExist(err) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAStudentsDirectoryElsewhereIsFollowed(t *testing.T) {
	s := lived(t)
	elsewhere := filepath.Join(t.TempDir(), "disk")
	if err := os.Rename(filepath.Join(s.Root, "students"), elsewhere); err != nil {
		t.Fatal(err)
	}
	s.link(elsewhere, "students")
	if _, err := s.rename("new"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(elsewhere, "alice/new/w1/intro.ipynb")); err != nil || string(text) != "work in alice/tour" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestOwnersStayWhenWorkIsPutAside(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	s := lived(t)
	work := filepath.Join(s.Root, "students/alice/tour")
	if err := os.Chown(work, 123456, 123456); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(work)
	if err != nil {
		t.Fatal(err)
	}
	s.delete(course.DeleteOptions{})
	found, err := fs.Glob(os.DirFS(s.Root), "trash/*/students/alice")
	if err != nil || len(found) != 1 {
		t.Fatalf("%q, %v", found, err)
	}
	after, err := os.Stat(filepath.Join(s.Root, found[0]))
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("it is another directory: %v, %v", after, err)
	}
}

func TestCreateTellsWhatItTakesOver(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.write("students/alice/tour/w1/intro.ipynb", "old work")
	s.write("students/bob/tour-2/w1/intro.ipynb", "other work")
	s.write("raw/tour/events.raw", "")
	log, err := s.try(a.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, "workspaces of 1 students named tour already") || !strings.Contains(log, "already in raw") {
		t.Errorf("said: %s", log)
	}
	if got := s.Read("students/alice/tour/w1/intro.ipynb"); got != "old work" {
		t.Errorf("got %q", got)
	}
}

// wantCourse checks that tour is what it was.
func (s site) wantCourse(want nbhosting.Course) {
	s.T.Helper()
	got, err := s.Course(s.T.Context(), tour)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		s.T.Errorf("%v\n%s", err, diff)
	}
}
