package workspace_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

const (
	elder = 150001 // to whom files belong on disk
	third = 150002
)

// oneUID gives every student the same id, whatever their files say: those of
// another one have that by now.
type oneUID int

func (u oneUID) AssignUID(context.Context, nbhosting.Student, int, int, int) (int, error) {
	return int(u), nil
}

// oldSite is a students' directory with alice's files, which belong to elder.
func oldSite(t *testing.T, uids workspace.UIDs) site {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	s := newSite(t)
	var err error
	if s.all, err = workspace.New(s.dir, uids, 100_000, 199_999); err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(s.dir, "alice/tour")
	if err := errors.Join(
		os.MkdirAll(work+"/w1/deep", 0o700), os.WriteFile(work+"/w1/deep/nb.ipynb", []byte("work"), 0o600), os.WriteFile(work+"/été", nil, 0o000),
		os.Symlink(s.secret, work+"/out"), os.Symlink("w1", work+"/in"), unix.Mkfifo(work+"/pipe", 0o600), os.Link(work+"/w1/deep/nb.ipynb", work+"/second"),
	); err != nil {
		t.Fatal(err)
	}
	chownAll(t, filepath.Join(s.dir, "alice"), elder)
	return s
}

func chownAll(t *testing.T, top string, id int) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error { return errors.Join(err, os.Lchown(path, id, id)) })
	if err != nil {
		t.Fatal(err)
	}
}

func ownerOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func TestAWorkspaceOfAnotherIDIsHandedOverOnce(t *testing.T) {
	s := oldSite(t, oneUID(uid))
	work := filepath.Join(s.dir, "alice/tour")
	elsewhere := filepath.Join(filepath.Dir(s.dir), "elsewhere")
	if err := errors.Join(
		os.WriteFile(elsewhere, []byte("of a third"), 0o644), os.Chown(elsewhere, third, third), os.Link(elsewhere, work+"/linked"),
		os.Link(s.secret, work+"/linked secret"), os.WriteFile(work+"/roots", nil, 0o644), os.WriteFile(work+"/thirds", nil, 0o644), os.Chown(work+"/thirds", third, third),
		unix.Mknod(work+"/null", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))),
	); err != nil {
		t.Fatal(err)
	}
	if w := s.prepare(t); w.UID != uid {
		t.Errorf("got %d", w.UID)
	}
	for path, want := range map[string]int{
		".": uid, "w1": uid, "w1/deep": uid, "w1/deep/nb.ipynb": uid, "second": uid, "été": uid, "out": uid, "in": uid, "pipe": uid, "roots": uid, "thirds": uid,
		"linked": third, "linked secret": 0, "null": 0, "../../../secret": 0, "../../../elsewhere": third,
	} {
		if got := ownerOf(t, filepath.Join(work, path)); got != want {
			t.Errorf("%s belongs to %d, want %d", path, got, want)
		}
	}
	if err := os.WriteFile(work+"/later", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.prepare(t)
	if got := ownerOf(t, work+"/later"); got != 0 {
		t.Errorf("all was looked at again: %d", got)
	}
}

func TestAHandOverThatIsCutShortIsGoneOnWith(t *testing.T) {
	s := oldSite(t, oneUID(uid))
	work := filepath.Join(s.dir, "alice/tour")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.all.Prepare(ctx, key); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := ownerOf(t, work); got != elder {
		t.Errorf("it is said to be done: %d", got)
	}
	if err := os.Chown(work+"/w1", uid, uid); err != nil { // as far as that one came
		t.Fatal(err)
	}
	s.prepare(t)
	for _, path := range []string{"", "w1", "w1/deep", "w1/deep/nb.ipynb"} {
		if got := ownerOf(t, filepath.Join(work, path)); got != uid {
			t.Errorf("%q belongs to %d", path, got)
		}
	}
}

// TestFilesSayWhoseTheyAre has what is on disk decide, with a real database.
func TestFilesSayWhoseTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		home, group int // of the home
		dir         int // whose the workspace is
		known       int // what the database has of alice; 0: nothing
		bobs        int // what it has of bob
		want        int
	}{
		"of the system before":        {elder, elder, elder, 0, 0, elder},
		"with a group of all":         {elder, 100, elder, 0, 0, elder},
		"of ours":                     {0, elder, elder, 0, 0, elder},
		"the database is of before":   {0, elder, elder, 100_007, 0, elder},
		"the id is bob's":             {0, elder, elder, 0, elder, elder + 1},
		"the id is bob's, and known":  {0, elder, elder, 100_007, elder, 100_007},
		"copied without owners":       {0, 0, 0, 0, 0, 100_000},
		"copied, and known":           {0, 0, 0, 100_007, 0, 100_007},
		"a home that was copied":      {0, 0, elder, 0, 0, elder},
		"a group of the system":       {0, 33, 33, 0, 0, 100_000},
		"nobody":                      {65534, 65534, 65534, 0, 0, 100_000},
		"of another id in one course": {0, 100_007, third, 100_007, 0, 100_007},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for student, id := range map[nbhosting.Student]int{"alice": c.known, "bob": c.bobs} {
				if id == 0 {
					continue
				}
				if _, err := db.AssignUID(t.Context(), student, id, 100_000, 199_999); err != nil {
					t.Fatal(err)
				}
			}
			s := oldSite(t, db)
			home := filepath.Join(s.dir, "alice")
			chownAll(t, home, c.dir)
			if err := os.Chown(home, c.home, c.group); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if w := s.prepare(t); w.UID != c.want {
					t.Errorf("got %d, want %d", w.UID, c.want)
				}
			}
			if got := ownerOf(t, home+"/tour/été"); got != c.want {
				t.Errorf("the work belongs to %d", got)
			}
			if known, _, err := db.UID(t.Context(), "alice"); known != c.want || err != nil {
				t.Errorf("the database has %d, %v", known, err)
			}
		})
	}
}
