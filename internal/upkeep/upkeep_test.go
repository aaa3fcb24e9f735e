package upkeep_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/job"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/upkeep"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	os.Exit(m.Run())
}

// site is a keeper with what it keeps.
type site struct {
	*upkeep.Keeper
	t       *testing.T
	db      *sqlite.DB
	images  *images
	scripts *scripts
}

func newSite(t *testing.T) site {
	t.Helper()
	root := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(root, "db"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	jobs, err := job.New(t.Context(), job.Options{Dir: filepath.Join(root, "jobs"), Store: db, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(jobs.Close(context.Background()), db.Close()); err != nil {
			t.Error(err)
		}
	})
	courses := course.New(course.Options{Root: root, Store: db, NotebookURL: "{notebook}", Logger: log})
	s := site{t: t, db: db, images: &images{}, scripts: &scripts{}}
	s.Keeper = upkeep.New(upkeep.Options{
		Jobs: jobs, Courses: courses, Images: s.images, Interval: time.Millisecond, Logger: log,
		Builds: build.New(build.Options{Root: root, Courses: courses, Runner: s.scripts, UID: 1, Logger: log}),
	})
	return s
}

// images notes what it is asked to build.
type images struct {
	image.CourseOptions
	dockerfile string
}

func (*images) BuildCore(context.Context, image.Options, io.Writer) error { return nil }

func (i *images) BuildCourse(_ context.Context, o image.CourseOptions, _ io.Writer) error {
	i.CourseOptions = o
	text, err := fs.ReadFile(o.Layers[0], "Dockerfile")
	i.dockerfile = string(text)
	return err
}

func (*images) Details(_ context.Context, name string) (image.Details, error) {
	return image.Details{Image: name}, nil
}

// scripts runs none, and counts them: each fails.
type scripts struct{ run atomic.Int32 }

func (*scripts) Confined() bool { return true }

func (s *scripts) Run(context.Context, runtime.Spec, io.Writer) (runtime.Exit, error) {
	s.run.Add(1)
	return runtime.Exit{Code: 1}, nil
}

// ended waits for a job.
func (s site) ended(j nbhosting.Job, err error) nbhosting.Job {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	j, err = s.Jobs.Follow(s.t.Context(), j.ID, 0, func(job.Progress) error { return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

func (s site) create(name, giturl, imageName string) {
	s.t.Helper()
	j := s.ended(s.Create(s.t.Context(), nbhosting.Course{Name: nbhosting.CourseName(name), GitURL: giturl, Image: imageName}))
	if err := j.Err(); err != nil {
		s.t.Fatal(err)
	}
}

func (s site) set(name nbhosting.CourseName, changes course.Changes) {
	s.t.Helper()
	if _, err := s.Courses.Set(s.t.Context(), name, changes); err != nil {
		s.t.Fatal(err)
	}
}

// jobsOf returns the jobs of a kind, the newest first.
func (s site) jobsOf(kind nbhosting.JobKind) []nbhosting.Job {
	return s.Jobs.Jobs(func(j nbhosting.Job) bool { return j.Kind == kind })
}

// idle waits until no job waits or runs.
func (s site) idle() {
	s.t.Helper()
	for {
		busy := s.Jobs.Jobs(func(j nbhosting.Job) bool { return !j.Ended() })
		if len(busy) == 0 {
			return
		}
		// One that is quiet may be forgotten meanwhile.
		if _, err := s.Jobs.Follow(s.t.Context(), busy[0].ID, 0, func(job.Progress) error { return nil }); err != nil && nbhosting.KindOf(err) != nbhosting.NotFound {
			s.t.Fatal(err)
		}
	}
}

func yes() *bool { v := true; return &v }

func TestCoursesWithAutopullArePulled(t *testing.T) {
	s := newSite(t)
	repository := apptest.Repository(t, map[string]string{"a.md": "1"})
	for _, name := range []string{"auto", "manual", "archived"} {
		s.create(name, repository, name)
	}
	s.set("auto", course.Changes{Autopull: yes()})
	s.set("archived", course.Changes{Autopull: yes(), Archived: yes()})
	if err := s.PullDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.idle()
	if got := s.jobsOf(nbhosting.JobPull); len(got) != 0 {
		t.Errorf("pulls that found nothing are kept: %v", got)
	}
	apptest.Commit(t, repository, map[string]string{"b.md": "2"})
	if err := s.PullDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.idle()
	got := s.jobsOf(nbhosting.JobPull)
	if len(got) != 1 || got[0].Course != "auto" || got[0].State != nbhosting.JobSucceeded {
		t.Errorf("got %v", got)
	}
}

func TestAutopullGoesOn(t *testing.T) {
	s := newSite(t)
	repository := apptest.Repository(t, map[string]string{"a.md": "1"})
	s.create("tour", repository, "tour")
	s.set("tour", course.Changes{Autopull: yes()})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Autopull(ctx) }()
	for i, want := 0, 2; i < want; i++ {
		apptest.Commit(t, repository, map[string]string{"a.md": strings.Repeat("x", 2+i)})
		for len(s.jobsOf(nbhosting.JobPull)) <= i && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
	stop()
	<-ended
	s.idle()
}

func TestAnArchivedCourseIsLeftAlone(t *testing.T) {
	s := newSite(t)
	s.create("tour", apptest.Repository(t, map[string]string{"a.md": "1"}), "tour")
	s.set("tour", course.Changes{Archived: yes()})
	for name, ask := range map[string]func() error{
		"pull":  func() error { _, err := s.Pull(t.Context(), "tour"); return err },
		"push":  func() error { return s.PushTold(t.Context(), "tour") },
		"image": func() error { _, err := s.BuildImage(t.Context(), "tour", false); return err },
		"build": func() error { _, err := s.RunBuild(t.Context(), "tour", "book", false); return err },
	} {
		if err := ask(); nbhosting.KindOf(err) != nbhosting.Conflict {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBuildsFollowPulls(t *testing.T) {
	s := newSite(t)
	repository := apptest.Repository(t, map[string]string{
		"a.md":                     "1",
		"nbhosting/nbhosting.yaml": "builds: [{name: book, script: make}, {name: link, external_url: 'https://example.org'}]",
	})
	s.create("tour", repository, "tour")
	if got := s.jobsOf(nbhosting.JobBuild); len(got) != 0 {
		t.Errorf("without autobuild: %v", got)
	}
	s.set("tour", course.Changes{Autobuild: yes()})
	apptest.Commit(t, repository, map[string]string{"a.md": "2"})
	s.ended(s.Pull(t.Context(), "tour"))
	s.idle()
	got := s.jobsOf(nbhosting.JobBuild)
	if len(got) != 1 || got[0].Subject != "book" || got[0].State != nbhosting.JobFailed || s.scripts.run.Load() != 1 {
		t.Fatalf("after a pull: %v, %d scripts ran", got, s.scripts.run.Load())
	}
	// The build failed: it is tried again, but not at each pull.
	s.ended(s.Pull(t.Context(), "tour"))
	s.idle()
	if got := s.jobsOf(nbhosting.JobBuild); len(got) != 1 {
		t.Errorf("tried again at once: %v", got)
	}
	old := got[0]
	old.EndedAt = time.Now().Add(-2 * time.Hour)
	s = s.restartedWith(old)
	s.ended(s.Pull(t.Context(), "tour"))
	s.idle()
	if got := s.jobsOf(nbhosting.JobBuild); len(got) != 2 {
		t.Errorf("not tried again: %v", got)
	}
}

// restartedWith is the site as the program's next start finds it, with a job as it is given.
func (s site) restartedWith(j nbhosting.Job) site {
	s.t.Helper()
	if err := s.Jobs.Close(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.SaveJob(s.t.Context(), j); err != nil {
		s.t.Fatal(err)
	}
	jobs, err := job.New(s.t.Context(), job.Options{Dir: s.Jobs.Dir, Store: s.db, Logger: s.Logger})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { jobs.Close(context.Background()) })
	o := s.Options
	o.Jobs = jobs
	s.Keeper = upkeep.New(o)
	return s
}

func TestImagesOfCourses(t *testing.T) {
	s := newSite(t)
	repository := apptest.Repository(t, map[string]string{"a.md": "1", "nbhosting/Dockerfile": "FROM plain", ".nbhosting/Dockerfile": "FROM dotted"})
	s.create("tour", repository, "tour")
	s.create("guest", repository, "tour")
	s.create("plain", repository, "nbhosting/scipy-notebook")
	if j := s.ended(s.BuildImage(t.Context(), "tour", true)); j.Err() != nil || s.images.Image != "tour" || !s.images.NoCache || s.images.dockerfile != "FROM plain" {
		t.Errorf("got %v, %+v", j.Err(), s.images)
	}
	local := filepath.Join(s.Courses.Root, "local", "tour")
	if err := os.MkdirAll(local, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(local, "Dockerfile"), []byte("FROM local"), 0o644); err != nil {
		t.Fatal(err)
	}
	if j := s.ended(s.BuildImage(t.Context(), "tour", false)); j.Err() != nil || s.images.dockerfile != "FROM local" {
		t.Errorf("got %v, %+v", j.Err(), s.images)
	}
	_, err := s.BuildImage(t.Context(), "guest", false)
	if nbhosting.KindOf(err) != nbhosting.Conflict || !strings.Contains(err.Error(), `"tour"`) {
		t.Errorf("of a guest: %v", err)
	}
	if _, err := s.BuildImage(t.Context(), "plain", false); nbhosting.KindOf(err) != nbhosting.Invalid {
		t.Errorf("of a core image: %v", err)
	}
	if d, err := s.ImageDetails(t.Context(), "guest"); err != nil || d.Image != "tour" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestRenameAndDelete(t *testing.T) {
	s := newSite(t)
	s.create("tour", apptest.Repository(t, map[string]string{"a.md": "1"}), "i")
	if j := s.ended(s.Rename(t.Context(), "tour", "trip", course.RenameOptions{})); j.Err() != nil {
		t.Fatal(j.Err())
	}
	if _, err := s.Pull(t.Context(), "tour"); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("under the old name: %v", err)
	}
	if j := s.ended(s.Delete(t.Context(), "trip", course.DeleteOptions{})); j.Err() != nil {
		t.Fatal(j.Err())
	}
	if _, err := s.Delete(t.Context(), "trip", course.DeleteOptions{}); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("twice: %v", err)
	}
}
