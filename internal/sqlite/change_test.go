package sqlite_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// changing returns a database with two courses, each with a job and a server that is gone.
func changing(t *testing.T) *sqlite.DB {
	t.Helper()
	db := fresh(t)
	for _, name := range []nbhosting.CourseName{"a", "a-b"} {
		if err := db.CreateCourse(t.Context(), nbhosting.Course{Name: name, GitURL: "u", Image: "i", Autopull: true}); err != nil {
			t.Fatal(err)
		}
		if err := db.EndServer(t.Context(), pastServer(name)); err != nil {
			t.Fatal(err)
		}
		j := nbhosting.Job{ID: nbhosting.JobID(name), Kind: nbhosting.JobPull, Course: name, State: nbhosting.JobSucceeded, CreatedAt: time.Unix(1, 0)}
		if err := db.SaveJob(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func pastServer(name nbhosting.CourseName) nbhosting.Server {
	return nbhosting.Server{ID: nbhosting.ServerID("of-" + name), Secret: "s", Key: nbhosting.Key{Course: name, Student: "alice"}}
}

func begin(t *testing.T, db *sqlite.DB, c nbhosting.CourseChange) {
	t.Helper()
	if err := db.BeginChange(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// wantKnown checks of which courses there are a row, a job and a past server.
func wantKnown(t *testing.T, db *sqlite.DB, want ...nbhosting.CourseName) {
	t.Helper()
	courses, err := db.Courses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := db.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rows, ofJobs []nbhosting.CourseName
	for _, c := range courses {
		rows = append(rows, c.Name)
	}
	for _, j := range jobs {
		ofJobs = append(ofJobs, j.Course)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("courses (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, ofJobs); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
}

func TestARenameTakesAllOfTheCourseAndNothingElse(t *testing.T) {
	db := changing(t)
	c := nbhosting.CourseChange{Course: "a-b", Action: nbhosting.ChangeRename, To: "é.2"}
	begin(t, db, c)
	if got, err := db.Changes(t.Context()); err != nil || !cmp.Equal(got, []nbhosting.CourseChange{c}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.RenameCourse(t.Context(), "a-b", "é.2", "new"); err != nil {
		t.Fatal(err)
	}
	wantKnown(t, db, "a", "é.2")
	if got, err := db.Course(t.Context(), "é.2"); err != nil || got.Image != "new" || !got.Autopull {
		t.Errorf("got %+v, %v", got, err)
	}
	for id, want := range map[nbhosting.ServerID]nbhosting.CourseName{"of-a": "a", "of-a-b": "é.2"} {
		if key, err := db.PastServer(t.Context(), id, "s"); err != nil || key.Course != want {
			t.Errorf("%s: got %v, %v", id, key, err)
		}
	}
	if got, err := db.Changes(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("left: %+v, %v", got, err)
	}
}

func TestForgettingACourse(t *testing.T) {
	db := changing(t)
	begin(t, db, nbhosting.CourseChange{Course: "a", Action: nbhosting.ChangeDelete, Trash: "a-1"})
	if err := db.ForgetCourse(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantKnown(t, db, "a-b")
	_, err := db.PastServer(t.Context(), "of-a", "s")
	wantKind(t, err, nbhosting.NotFound)
	if got, err := db.Changes(t.Context()); err != nil || len(got) != 1 || got[0].Trash != "a-1" {
		t.Errorf("got %+v, %v: a change stays until it is ended", got, err)
	}
	if err := db.EndChange(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Changes(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("left: %+v, %v", got, err)
	}
}

func TestAChangeThatDoesNotFitIsRefused(t *testing.T) {
	db := changing(t)
	rename := func(old, name nbhosting.CourseName) error {
		return db.BeginChange(t.Context(), nbhosting.CourseChange{Course: old, Action: nbhosting.ChangeRename, To: name})
	}
	wantKind(t, rename("a", "a-b"), nbhosting.Conflict) // it is another course's
	running := pastServer("a")
	if err := db.SaveServer(t.Context(), running); err != nil {
		t.Fatal(err)
	}
	wantKind(t, rename("a", "c"), nbhosting.Conflict)
	if err := db.EndServer(t.Context(), running); err != nil {
		t.Fatal(err)
	}
	if err := rename("a", "c"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, rename("a", "d"), nbhosting.Conflict)
	wantKind(t, rename("a-b", "c"), nbhosting.Conflict)
	wantKind(t, rename("a-b", "a"), nbhosting.Conflict)
	wantKind(t, db.BeginChange(t.Context(), nbhosting.CourseChange{Course: "a", Action: nbhosting.ChangeDelete}), nbhosting.Conflict)
	if err := rename("a-b", "d"); err != nil {
		t.Error(err)
	}
}
