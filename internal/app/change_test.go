package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// beginRename leaves the site as a program does that was killed when it had
// begun to rename the course tour.
func beginRename(t *testing.T, s *apptest.Site) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(s.Config.Root, "nbhosting.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	change := nbhosting.CourseChange{Course: "tour", Action: nbhosting.ChangeRename, To: "new"}
	if err := db.BeginChange(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	students := filepath.Join(s.Config.Root, "students/alice")
	if err := os.Rename(filepath.Join(students, "tour"), filepath.Join(students, "new")); err != nil {
		t.Fatal(err)
	}
}

func TestARenameThatWasCutShortIsFinishedBeforeAnythingIsServed(t *testing.T) {
	s := apptest.New(t)
	location := openIntro(t, s)
	if status, answer := s.Call(http.MethodDelete, "/api/servers/tour/alice", ""); status != http.StatusOK {
		t.Fatal(answer)
	}
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	beginRename(t, s)
	again, err := app.OpenOn(t.Context(), s.Engine.Driver("test"), s.Config, apptest.Version, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := redirect(t, again.Public(), "/notebookLazyCopy/new/intro/alice"); !strings.HasPrefix(got, "/server/") {
		t.Errorf("got %s", got)
	}
	wantPast(t, s, location, "new")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/notebookLazyCopy/tour/intro/alice", nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	again.Public().ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("the old name: got %d", w.Code)
	}
	if _, err := os.Stat(filepath.Join(s.Config.Root, "students/alice/tour")); err == nil {
		t.Error("the workspace of the old name is there")
	}
}

// wantPast checks of which course the server was that was at an address.
func wantPast(t *testing.T, s *apptest.Site, location string, want nbhosting.CourseName) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(s.Config.Root, "nbhosting.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	id, secret, _, _ := nbhosting.SplitServerPath(location)
	if key, err := db.PastServer(t.Context(), id, secret); err != nil || key.Course != want {
		t.Errorf("%s leads to %v, %v", location, key, err)
	}
}
