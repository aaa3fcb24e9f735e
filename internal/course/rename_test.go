package course_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// rename renames tour, and returns what was said.
func (s site) rename(name nbhosting.CourseName) (log string, err error) {
	var out strings.Builder
	err = s.Rename(s.T.Context(), tour, name, course.RenameOptions{}, &out)
	return out.String(), err
}

func TestARenameTakesEverythingAlongAndNothingElse(t *testing.T) {
	s := lived(t)
	want := map[string]string{}
	for path, what := range s.all() {
		if strings.HasPrefix(path, "table") {
			continue
		}
		parts := strings.Split(path, "/")
		if parts[0] == "students" && len(parts) > 2 && parts[2] == "tour" {
			parts[2] = string(renamed)
		} else if parts[0] != "students" && len(parts) > 1 && parts[1] == "tour" {
			parts[1] = string(renamed)
		}
		if parts[0] == "courses" || parts[0] == "modules" || parts[0] == "static" {
			what = strings.Replace(what, "/tour/", "/"+string(renamed)+"/", 1)
		}
		want[strings.Join(parts, "/")] = what
	}
	published := s.published()
	log, err := s.rename(renamed)
	if err != nil {
		t.Fatal(err)
	}
	got := s.all()
	maps.DeleteFunc(got, func(path, _ string) bool { return strings.HasPrefix(path, "table") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the site (-want +got):\n%s", diff)
	}
	if !strings.Contains(log, "workspaces of 5 students") || strings.Contains(log, s.Root) {
		t.Errorf("said: %s", log)
	}
	for id, want := range map[nbhosting.ServerID]nbhosting.CourseName{"of-tour": renamed, "of-tour-2": neighbour} {
		if key, err := s.db().PastServer(t.Context(), id, "s"); err != nil || key.Course != want {
			t.Errorf("%s leads to %v, %v", id, key, err)
		}
	}
	r, err := s.Revision(renamed)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Commit != published || s.Read("courses/"+string(renamed)+"/w1/intro.ipynb") != "{}" {
		t.Errorf("published is %s, was %s", r.Commit, published)
	}
	if _, err := s.Pull(t.Context(), renamed, io.Discard); err != nil {
		t.Errorf("it is not pulled: %v", err)
	}
	sitetest.WantKind(t, failure(s.Pull(t.Context(), tour, io.Discard)), nbhosting.NotFound)
}

func TestARenameThereAndBackChangesNothing(t *testing.T) {
	s := lived(t)
	want := s.all()
	if _, err := s.rename(renamed); err != nil {
		t.Fatal(err)
	}
	if err := s.Rename(t.Context(), renamed, tour, course.RenameOptions{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	s.wantAll(want)
}

func TestANameThatIsTakenIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		leave func(s site)
		to    nbhosting.CourseName
		kind  nbhosting.Kind
		say   string
	}{
		"itself":            {to: tour, kind: nbhosting.Invalid},
		"no name":           {to: "../x", kind: nbhosting.Invalid},
		"another course":    {to: neighbour, kind: nbhosting.Conflict, say: "tour-2"},
		"workspaces":        {leave: func(s site) { s.write("students/bob/new/f", "old"); s.write("students/eve/new/f", "old") }, say: "2 students"},
		"a link in a home":  {leave: func(s site) { s.link("/etc", "students/bob/new") }, say: "1 students"},
		"statistics":        {leave: func(s site) { s.write("raw/new/events.raw", "old") }, say: "raw"},
		"a clone and a key": {leave: func(s site) { s.write("courses-git/new/HEAD", ""); s.write("keys/new", "") }, say: "courses-git, keys"},
		"another system's":  {leave: func(s site) { s.write("modules/new/m.py", "") }, say: "modules"},
		"a foreign link":    {leave: func(s site) { s.link("/etc", "static/new") }, say: "static"},
	} {
		t.Run(name, func(t *testing.T) {
			s := lived(t)
			if c.leave != nil {
				c.leave(s)
				c.to, c.kind = "new", nbhosting.Conflict
			}
			want := s.all()
			_, err := s.rename(c.to)
			sitetest.WantKind(t, err, c.kind)
			if err != nil && !strings.Contains(err.Error(), c.say) {
				t.Errorf("said: %v", err)
			}
			s.wantAll(want)
		})
	}
	_, err := newSite(t).rename("new")
	sitetest.WantKind(t, err, nbhosting.NotFound)
}

func TestADeadLinkOfOursIsNotInTheWay(t *testing.T) {
	s := lived(t)
	s.link("../revisions/new/current/modules", "modules/new")
	if _, err := s.rename("new"); err != nil {
		t.Fatal(err)
	}
	if got := s.Files("modules/new"); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestDirectoriesOfAnotherSystemAreRenamedToo(t *testing.T) {
	s := lived(t)
	if err := os.Remove(filepath.Join(s.Root, "static/tour")); err != nil {
		t.Fatal(err)
	}
	s.write("static/tour/data/d.csv", "theirs")
	if _, err := s.rename("new"); err != nil {
		t.Fatal(err)
	}
	if got := s.Read("static/new/data/d.csv"); got != "theirs" {
		t.Errorf("got %q", got)
	}
}

func TestTheImageOfACourseFollowsItsName(t *testing.T) {
	for name, c := range map[string]struct {
		hook  course.RenameImage
		image string
		to    nbhosting.CourseName
		want  string
	}{
		"renamed":            {func(context.Context, string, string) error { return nil }, "tour", "new", "new"},
		"nobody to do it":    {nil, "tour", "new", "tour"},
		"it fails":           {func(context.Context, string, string) error { return errors.New("boom") }, "tour", "new", "tour"},
		"another's":          {func(context.Context, string, string) error { return nil }, "core", "new", "core"},
		"no name for images": {func(context.Context, string, string) error { return nil }, "tour", "Été", "tour"},
	} {
		t.Run(name, func(t *testing.T) {
			s := lived(t)
			s.RenameImage = c.hook
			if _, err := s.Set(t.Context(), tour, course.Changes{Image: &c.image}); err != nil {
				t.Fatal(err)
			}
			log, err := s.rename(c.to)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.Course(t.Context(), c.to); err != nil || got.Image != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
			if strings.Contains(log, "goes on using the image") != (c.image == "tour" && c.want == "tour") {
				t.Errorf("said: %s", log)
			}
		})
	}
}

// mind is what somebody has in mind of jobs.
type mind []string

func (m *mind) RenameCourse(old, name nbhosting.CourseName) {
	*m = append(*m, string(old)+" to "+string(name))
}
func (m *mind) ForgetCourse(name nbhosting.CourseName) { *m = append(*m, "no "+string(name)) }

func TestJobsAreToldOfChanges(t *testing.T) {
	s := lived(t)
	var m mind
	s.Jobs = &m
	if _, err := s.rename("new"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "new", course.DeleteOptions{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mind{"tour to new", "no new"}, m); diff != "" {
		t.Error(diff)
	}
	if got := s.rows("job"); strings.Contains(got, "tour ") || !strings.Contains(got, "tour-2") {
		t.Errorf("jobs: %s", got)
	}
}
