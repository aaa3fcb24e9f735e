package work_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/merge"
)

const introText = "w1/intro.md"

// paired is a notebook that Jupyter saves as a text as well.
func paired(formats string, cells ...string) string {
	return strings.Replace(notebookOf(cells...), `"metadata": {}, "nbformat"`, `"metadata": {"jupytext": {"formats": "`+formats+`"}}, "nbformat"`, 1)
}

// savePair saves both files of a notebook.
func (d *desk) savePair(text string, cells ...string) {
	d.t.Helper()
	d.save(intro, paired("ipynb,md:myst", cells...))
	d.write(introText, text)
}

func (d *desk) wantNoText(kept string) {
	d.t.Helper()
	if _, err := os.Stat(d.path(introText)); !errors.Is(err, fs.ErrNotExist) {
		d.t.Errorf("the text is there: %v", err)
	}
	d.wantKept(introText, kept)
}

// TestWhatReplacesAPairedNotebook is about notebooks of which Jupyter takes the cells
// from a text beside it: were it still there, Jupyter would open neither.
func TestWhatReplacesAPairedNotebook(t *testing.T) {
	t.Run("reset", func(t *testing.T) {
		d := newDesk(t, "1")
		d.arrive(intro)
		d.savePair("the text", "mine")
		if _, err := d.Reset(t.Context(), alice, intro); err != nil {
			t.Fatal(err)
		}
		d.want(intro, notebookOf("1"))
		d.wantNoText("the text")
	})
	t.Run("restore", func(t *testing.T) {
		d := newDesk(t, "1")
		d.arrive(intro)
		d.savePair("first", "first")
		d.savePair("second", "second")
		v := d.wantKept(intro, paired("ipynb,md:myst", "first"))
		if _, err := d.Restore(t.Context(), alice, intro, v.ID); err != nil {
			t.Fatal(err)
		}
		d.want(intro, paired("ipynb,md:myst", "first"))
		d.wantNoText("second")
	})
	t.Run("merge", func(t *testing.T) {
		d := newDesk(t, "1", "a")
		d.arrive(intro)
		d.savePair("the text", "1", "mine")
		d.teach(map[string]string{intro: notebookOf("2", "a")})
		if _, err := d.Merge(t.Context(), alice, intro, merge.Options{}); err != nil {
			t.Fatal(err)
		}
		d.wantNoText("the text")
	})
}

// TestATextThatIsNewerThanItsNotebook has a student type into the text: that is not
// in the notebook until Jupyter opens and saves it.
func TestATextThatIsNewerThanItsNotebook(t *testing.T) {
	d := newDesk(t, "1", "a")
	d.arrive(intro)
	d.savePair("typed elsewhere", "1", "mine")
	at := time.Now().Add(time.Minute)
	if err := os.Chtimes(d.path(introText), at, at); err != nil {
		t.Fatal(err)
	}
	d.teach(map[string]string{intro: notebookOf("2", "a")})
	if _, err := d.Merge(t.Context(), alice, intro, merge.Options{}); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("%v", err)
	}
	d.want(intro, paired("ipynb,md:myst", "1", "mine"))
	if got := d.read(introText); got != "typed elsewhere" {
		t.Errorf("the text is %q", got)
	}
}

// TestAPairedNotebookDoesNotFollowTheCourseByItself: the student may work in its text.
func TestAPairedNotebookDoesNotFollowTheCourseByItself(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.savePair("typed elsewhere", "1")
	d.teach(map[string]string{intro: notebookOf("2")})
	d.arrive(intro)
	d.want(intro, paired("ipynb,md:myst", "1"))
	if got := d.read(introText); got != "typed elsewhere" {
		t.Errorf("the text is %q", got)
	}
	if outdated, err := d.Outdated(alice, intro); err != nil || !outdated {
		t.Errorf("outdated: %t, %v", outdated, err)
	}
}

// TestWhatIsNoPair leaves alone what only has a like name.
func TestWhatIsNoPair(t *testing.T) {
	for _, formats := range []string{"", "ipynb", "text//md", "ipynb,../md", "ipynb,py:percent"} {
		d := newDesk(t, "1")
		d.arrive(intro)
		d.save(intro, paired(formats, "mine"))
		d.write(introText, "notes of mine")
		if _, err := d.Reset(t.Context(), alice, intro); err != nil {
			t.Fatal(err)
		}
		if got := d.read(introText); got != "notes of mine" {
			t.Errorf("%q: the text is %q", formats, got)
		}
	}
}
