package work_test

import (
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

var replaceOptions workspace.ReplaceOptions

// large is a notebook that does not get smaller by packing it.
func large(t *testing.T, size int) string {
	t.Helper()
	noise := make([]byte, size)
	_, _ = rand.Read(noise) // it never fails
	return notebookOf("mine|" + base64.StdEncoding.EncodeToString(noise))
}

// fill takes the room that is left in a directory.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
}

// TestAFullDisk has no room where the history is, or where the work is: what
// would replace something is refused, and nothing has changed.
func TestAFullDisk(t *testing.T) {
	courses := taught(t)
	mine := large(t, 64<<10)
	for where, make := range map[string]func(*testing.T) (hostile, string){
		"of the history": func(t *testing.T) (hostile, string) {
			disk := workspacetest.SmallDisk(t, "size=1m")
			return on(workspacetest.New(t), courses, filepath.Join(disk, "history")), disk
		},
		"of the work": func(t *testing.T) (hostile, string) {
			top, disk := t.TempDir(), workspacetest.SmallDisk(t, "size=1m")
			s := workspacetest.NewAt(t, top, filepath.Join(disk, "students"))
			return on(s, courses, filepath.Join(top, "history")), disk
		},
		"of all": func(t *testing.T) (hostile, string) {
			disk := workspacetest.SmallDisk(t, "size=1m")
			s := workspacetest.NewAt(t, t.TempDir(), filepath.Join(disk, "students"))
			return on(s, courses, filepath.Join(disk, "history")), disk
		},
	} {
		for name, do := range operations {
			t.Run(where+"/"+name, func(t *testing.T) {
				h, disk := make(t)
				w := h.Workspace()
				if err := w.Replace(workspacetest.Notebook, []byte(mine), replaceOptions); err != nil {
					t.Fatal(err)
				}
				fill(t, disk)
				h.Remember()
				err := do(h, t.Context(), workspacetest.Notebook)
				h.check(workspacetest.Hostile{})
				if err != nil {
					h.CheckNothingNew()
				}
				if err != nil && nbhosting.KindOf(err) == nbhosting.Internal {
					t.Errorf("nobody is told what to do: %v", err)
				}
				if name == "reset" && where != "of the work" && err == nil {
					t.Error("replaced without having kept what was there")
				}
				if err := os.Remove(filepath.Join(disk, "filler")); err != nil {
					t.Fatal(err)
				}
				if err := operations["reset"](h, t.Context(), workspacetest.Notebook); err != nil {
					t.Errorf("once there is room: %v", err)
				}
				h.check(workspacetest.Hostile{})
			})
		}
	}
}

// TestALostDatabase has the program begin anew with what is in files.
func TestALostDatabase(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.save(intro, notebookOf("mine"))
	owner := ownerOf(t, d.path(intro))
	before, err := d.History.Versions(alice, intro)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(d.root, "db"+end)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	d.openOn(t)
	if err := d.Courses.Store.CreateCourse(t.Context(), nbhosting.Course{Name: "tour", GitURL: d.repository, Image: "i"}); err != nil {
		t.Fatal(err)
	}
	d.teach(map[string]string{intro: notebookOf("2")})
	d.arrive(intro)
	d.want(intro, notebookOf("mine"))
	if got := ownerOf(t, d.path(intro)); got != owner {
		t.Errorf("the notebook belonged to %d, now to %d", owner, got)
	}
	if u, ok, err := d.Update(alice, intro); err != nil || !ok || !u.Known {
		t.Errorf("offered: %t, base known: %t, %v", ok, u.Known, err)
	}
	after, err := d.History.Versions(alice, intro)
	if err != nil || len(after) != len(before) {
		t.Errorf("%d versions, were %d, %v", len(after), len(before), err)
	}
	if _, err := d.Restore(t.Context(), alice, intro, before[0].ID); err != nil {
		t.Error(err)
	}
	d.want(intro, notebookOf("1"))
}

// TestAHistoryThatIsFull refuses further versions, and no save.
func TestAHistoryThatIsFull(t *testing.T) {
	d := newDesk(t, "1")
	d.History.MaxBytes = 100 << 10
	d.arrive(intro)
	for range 5 {
		d.save(intro, large(t, 64<<10))
	}
	if !d.Full(alice) {
		t.Error("nobody is told")
	}
	mine := d.read(intro)
	used, err := d.History.Use(alice)
	if err != nil || used > 110<<10 {
		t.Errorf("%d bytes, %v", used, err)
	}
	// What is about to be replaced is kept all the same.
	if _, err := d.Reset(t.Context(), alice, intro); err != nil {
		t.Fatal(err)
	}
	d.wantKept(intro, mine)
	if got := d.read(intro); got != notebookOf("1") {
		t.Errorf("reset to %s", got)
	}
}
