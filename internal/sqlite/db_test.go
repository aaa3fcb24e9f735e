package sqlite_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func open(t *testing.T, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func fresh(t *testing.T) *sqlite.DB {
	return open(t, filepath.Join(t.TempDir(), "a name?with #odd%20signs.db"))
}

func wantKind(t *testing.T, err error, want nbhosting.Kind) {
	t.Helper()
	if err == nil || nbhosting.KindOf(err) != want {
		t.Errorf("got %v, want an error of kind %s", err, want)
	}
}

func TestTheFileIsPrivateAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	id, err := open(t, path).SiteID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path).SiteID(t.Context())
	if err != nil || again != id || id == "" {
		t.Errorf("got %q then %q, %v", id, again, err)
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	open(t, path).Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); err == nil {
		t.Error("it is opened")
	}
}

func TestCourses(t *testing.T) {
	db, ctx := fresh(t), t.Context()
	want := nbhosting.Course{Name: "tour", GitURL: "https://example.org/tour.git", Image: "i"}
	if err := db.CreateCourse(ctx, want); err != nil {
		t.Fatal(err)
	}
	wantKind(t, db.CreateCourse(ctx, want), nbhosting.Conflict)
	want.Branch = "main"
	if err := db.SaveCourse(ctx, want); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Course(ctx, "tour"); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := db.Courses(ctx); err != nil || !cmp.Equal(got, []nbhosting.Course{want}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.DeleteCourse(ctx, "tour"); err != nil {
		t.Fatal(err)
	}
	_, err := db.Course(ctx, "tour")
	wantKind(t, err, nbhosting.NotFound)
}

func TestUIDsAreEachStudentsOwn(t *testing.T) {
	db, ctx := fresh(t), t.Context()
	var wg sync.WaitGroup
	uids := make([]int, 20)
	for i := range uids {
		wg.Go(func() {
			uid, err := db.AssignUID(ctx, nbhosting.Student(fmt.Sprint("s", i%10)), 0, 1000, 1011)
			if err != nil {
				t.Error(err)
			}
			uids[i] = uid
		})
	}
	wg.Wait()
	seen := map[int]bool{}
	for i := range 10 {
		if uids[i] != uids[i+10] || seen[uids[i]] {
			t.Errorf("uids %v", uids)
		}
		seen[uids[i]] = true
	}
	if uid, err := db.AssignUID(ctx, "wishing", 77, 1000, 1011); err != nil || uid != 77 {
		t.Errorf("got %d, %v", uid, err)
	}
	if uid, err := db.AssignUID(ctx, "too late", 77, 1000, 1011); err != nil || uid != 1010 {
		t.Errorf("got %d, %v", uid, err)
	}
	if _, err := db.AssignUID(ctx, "last", 0, 1000, 1011); err != nil {
		t.Error(err)
	}
	_, err := db.AssignUID(ctx, "one too many", 0, 1000, 1011)
	wantKind(t, err, nbhosting.Unavailable)
	for _, c := range []struct{ wish, want int }{{78, 78}, {77, 78}, {0, 78}, {78, 78}} { // 77 is somebody's
		if c.wish == 77 {
			if uid, err := db.AssignUID(ctx, "other", 77, 1000, 2000); err != nil || uid != 77 {
				t.Errorf("given up: got %d, %v", uid, err)
			}
		}
		if uid, err := db.AssignUID(ctx, "wishing", c.wish, 1000, 1011); err != nil || uid != c.want {
			t.Errorf("wish %d: got %d, %v, want %d", c.wish, uid, err, c.want)
		}
	}
	if uid, known, err := db.UID(ctx, "wishing"); uid != 78 || !known || err != nil {
		t.Errorf("got %d, %v, %v", uid, known, err)
	}
	if _, known, err := db.UID(ctx, "nobody"); known || err != nil {
		t.Errorf("got %v, %v", known, err)
	}
}

func TestServers(t *testing.T) {
	db, ctx := fresh(t), t.Context()
	s := nbhosting.Server{
		ID: "id1", Key: nbhosting.Key{Course: "c", Student: "s"}, Secret: "secret", Token: "token", Image: "i",
		Revision: "abc", Dir: "/run/x", UID: 100000, State: nbhosting.Starting, StartedAt: time.Unix(1700000000, 0),
	}
	if err := db.SaveServer(ctx, s); err != nil {
		t.Fatal(err)
	}
	s.State = nbhosting.Ready
	if err := db.SaveServer(ctx, s); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Servers(ctx); err != nil || !cmp.Equal(got, []nbhosting.Server{s}) {
		t.Errorf("got %+v, %v", got, err)
	}
	second := s
	second.ID = "id2"
	if err := db.SaveServer(ctx, second); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Servers(ctx); err != nil || !cmp.Equal(got, []nbhosting.Server{second}) {
		t.Errorf("got %+v, %v; want one server for a workspace, the last", got, err)
	}
	if err := db.EndServer(ctx, second); err != nil {
		t.Fatal(err)
	}
	if err := db.EndServer(ctx, s); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Servers(ctx); err != nil || len(got) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if key, err := db.PastServer(ctx, "id1", "secret"); err != nil || key != s.Key {
		t.Errorf("got %v, %v", key, err)
	}
	_, err := db.PastServer(ctx, "id1", "wrong")
	wantKind(t, err, nbhosting.NotFound)
	_, err = db.PastServer(ctx, "id9", "secret")
	wantKind(t, err, nbhosting.NotFound)
	if err := db.ForgetPastServers(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, err = db.PastServer(ctx, "id1", "secret")
	wantKind(t, err, nbhosting.NotFound)
}
