package work_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/merge"
)

func TestEverySaveIsKept(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.want(intro, notebookOf("1"))
	for _, source := range []string{"2", "3", "2"} {
		d.save(intro, notebookOf(source))
		d.want(intro, notebookOf(source))
	}
	d.Saved(t.Context(), alice, intro) // again, with nothing new
	all, err := d.History.Versions(alice, intro)
	if err != nil || len(all) != 4 {
		t.Errorf("%d versions, %v", len(all), err)
	}
	d.write(intro, notebookOf("by a terminal"))
	d.arrive(intro)
	d.want(intro, notebookOf("by a terminal"))
}

func TestANotebookFromBeforeThereWasAHistory(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.save(intro, notebookOf("mine"))
	if err := os.RemoveAll(d.root + "/history"); err != nil {
		t.Fatal(err)
	}
	d.openOn(t)
	d.arrive(intro)
	d.want(intro, notebookOf("mine"))
	if v := d.wantKept(intro, notebookOf("mine")); v.Why != history.Found {
		t.Errorf("kept as %q", v.Why)
	}
	u, ok, err := d.Update(alice, intro)
	if err != nil || !ok || u.Known {
		t.Errorf("offered: %t, base known: %t, %v", ok, u.Known, err)
	}
}

func TestReset(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.save(intro, notebookOf("mine"))
	displaced, err := d.Reset(t.Context(), alice, intro)
	if err != nil {
		t.Fatal(err)
	}
	d.want(intro, notebookOf("1"))
	if kept, _, err := d.History.Read(alice, intro, displaced.ID); err != nil || string(kept) != notebookOf("mine") {
		t.Errorf("displaced: %s, %v", kept, err)
	}
	if _, err := d.Restore(t.Context(), alice, intro, displaced.ID); err != nil {
		t.Fatal(err)
	}
	d.want(intro, notebookOf("mine"))
}

func TestResetOfWhatIsNotThere(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	if err := os.Remove(d.path(intro)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reset(t.Context(), alice, intro); err != nil {
		t.Fatal(err)
	}
	d.want(intro, notebookOf("1"))
	if err := os.Remove(d.repository + "/" + intro); err != nil {
		t.Fatal(err)
	}
	d.save(intro, notebookOf("mine"))
	d.teach(nil)
	if _, err := d.Reset(t.Context(), alice, intro); err != nil {
		t.Fatal(err)
	}
	d.want(intro, notebookOf("1")) // as it was copied
	_, err := d.Reset(t.Context(), alice, "nowhere.ipynb")
	if nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("a notebook that nobody ever had: %v", err)
	}
}

func TestAnUnchangedCopyFollowsTheCourse(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	// Jupyter writes it in its own way, with a kernel's name.
	d.save(intro, strings.Replace(notebookOf("1"), `"metadata": {}, "nbformat"`, `"metadata": {"kernelspec": {"name": "python3"}}, "nbformat"`, 1))
	d.teach(map[string]string{intro: notebookOf("2")})
	d.arrive(intro)
	d.want(intro, notebookOf("2"))
	d.wantKept(intro, notebookOf("1"))
	if outdated, err := d.Outdated(alice, intro); err != nil || outdated {
		t.Errorf("outdated: %t, %v", outdated, err)
	}
}

func TestAChangedCopyIsLeftAlone(t *testing.T) {
	d := newDesk(t, "1", "a")
	d.arrive(intro)
	mine := notebookOf("1", "mine|out")
	d.save(intro, mine)
	if outdated, err := d.Outdated(alice, intro); err != nil || outdated {
		t.Errorf("outdated before the course changed: %t, %v", outdated, err)
	}
	d.teach(map[string]string{intro: notebookOf("2", "a")})
	d.arrive(intro)
	d.want(intro, mine)
	if outdated, err := d.Outdated(alice, intro); err != nil || !outdated {
		t.Errorf("outdated: %t, %v", outdated, err)
	}
	u, ok, err := d.Update(alice, intro)
	if err != nil || !ok || !u.Known || !u.Changes.Any() {
		t.Fatalf("offered: %t, base known: %t, %v", ok, u.Known, err)
	}

	t.Run("merge", func(t *testing.T) {
		m, err := d.Merge(t.Context(), alice, intro, merge.Options{MineMark: "mine:", TheirsMark: "theirs:"})
		if err != nil || m.Conflicts != 0 || m.Summary.Updated != 1 {
			t.Fatalf("%+v, %v", m.Summary, err)
		}
		got := d.read(intro)
		for _, part := range []string{`"2"`, `"mine"`, `"out"`} {
			if !strings.Contains(got, part) {
				t.Errorf("%s is missing in\n%s", part, got)
			}
		}
		d.want(intro, got)
		d.wantKept(intro, mine)
		d.wantUpToDate()
	})
	t.Run("keep mine", func(t *testing.T) {
		d.save(intro, mine)
		d.teach(map[string]string{intro: notebookOf("3", "a")})
		if err := d.KeepMine(t.Context(), alice, intro); err != nil {
			t.Fatal(err)
		}
		d.want(intro, mine)
		d.wantUpToDate()
		d.arrive(intro)
		d.want(intro, mine)
	})
	t.Run("take the new one", func(t *testing.T) {
		d.teach(map[string]string{intro: notebookOf("4", "a")})
		displaced, err := d.TakeNew(t.Context(), alice, intro)
		if err != nil || displaced.ID == "" {
			t.Fatalf("%+v, %v", displaced, err)
		}
		d.want(intro, notebookOf("4", "a"))
		d.wantKept(intro, mine)
		d.wantUpToDate()
	})
}

func (d *desk) wantUpToDate() {
	d.t.Helper()
	outdated, err := d.Outdated(alice, intro)
	_, offered, errUpdate := d.Update(alice, intro)
	if err != nil || errUpdate != nil || outdated || offered {
		d.t.Errorf("outdated: %t, offered: %t, %v", outdated, offered, errors.Join(err, errUpdate))
	}
	if _, err := d.TakeNew(d.t.Context(), alice, intro); nbhosting.KindOf(err) != nbhosting.Conflict {
		d.t.Errorf("nothing to take: %v", err)
	}
}

// TestAClone is about a workspace into which git brings what is new.
func TestAClone(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	if err := os.Mkdir(d.path(".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.teach(map[string]string{intro: notebookOf("2")})
	d.arrive(intro)
	d.want(intro, notebookOf("1"))
	d.wantUpToDate()
	d.save(intro, notebookOf("mine"))
	if _, err := d.Reset(t.Context(), alice, intro); err != nil {
		t.Fatal(err)
	}
	d.want(intro, notebookOf("2"))
	d.wantKept(intro, notebookOf("mine"))
}

// TestACourseThatChangesTheFormatByAMove does not put a text of one format into a
// notebook of another one.
func TestACourseThatChangesTheFormatByAMove(t *testing.T) {
	d := newDesk(t, "1")
	const was, is = "w1/text.md", "w1/text.py"
	text := "---\njupytext:\n  formats: md:myst\n---\n" + strings.Repeat("A line of it.\n", 20)
	d.teach(map[string]string{was: text})
	d.arrive(was)
	if err := os.Remove(filepath.Join(d.repository, was)); err != nil {
		t.Fatal(err)
	}
	d.teach(map[string]string{is: text + "# and more\n"})
	d.arrive(was)
	if _, err := d.Reset(t.Context(), alice, was); err != nil {
		t.Fatal(err)
	}
	if outdated, err := d.Outdated(alice, was); err != nil || outdated {
		t.Errorf("outdated: %t, %v", outdated, err)
	}
	d.want(was, text)
}

// TestACourseThatBreaksItsNotebook leaves students what they have.
func TestACourseThatBreaksItsNotebook(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.teach(map[string]string{intro: notebookOf("2") + "<<<<<<< HEAD"})
	d.arrive(intro)
	d.want(intro, notebookOf("1"))
	if _, err := d.TakeNew(t.Context(), alice, intro); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("take: %v", err)
	}
	if _, err := d.Reset(t.Context(), alice, intro); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("reset: %v", err)
	}
	d.want(intro, notebookOf("1"))
	d.teach(map[string]string{intro: notebookOf("3")})
	d.arrive(intro)
	d.want(intro, notebookOf("3"))
}
