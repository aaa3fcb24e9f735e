package work_test

import (
	"os"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/work"
)

// look looks at the notebook, and leaves what follows for later.
func (d *desk) look() work.Looked {
	d.t.Helper()
	place, err := d.Workspaces.Existing(alice)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Courses.Revision("tour")
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	looked, err := d.Look(place, r, intro)
	if err != nil {
		d.t.Fatal(err)
	}
	return looked
}

// TestASaveWhileTheCourseIsFollowed is about a student who types in one window while
// another one opens: a copy that nobody had changed a moment ago is changed by now.
func TestASaveWhileTheCourseIsFollowed(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.teach(map[string]string{intro: notebookOf("2")})
	looked := d.look()
	mine := notebookOf("1", "typed meanwhile")
	d.write(intro, mine)
	if err := looked.Notice(t.Context()); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("%v", err)
	}
	if got := d.read(intro); got != mine {
		t.Errorf("the student has\n%s\nwant\n%s", got, mine)
	}
}

// TestASaveWhileItIsMerged checks that a merge has what was saved last in it, or is none.
func TestASaveWhileItIsMerged(t *testing.T) {
	d := newDesk(t, "1", "a")
	d.arrive(intro)
	d.save(intro, notebookOf("1", "mine"))
	d.teach(map[string]string{intro: notebookOf("2", "a")})
	looked := d.look()
	mine := notebookOf("1", "mine", "typed meanwhile")
	d.write(intro, mine)
	if _, err := looked.Merge(t.Context()); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("%v", err)
	}
	if got := d.read(intro); got != mine {
		t.Errorf("the student has\n%s\nwant\n%s", got, mine)
	}
}

// TestATooLargeNotebook lets its student in: Jupyter alone can make it smaller.
func TestATooLargeNotebook(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	if err := os.Truncate(d.path(intro), work.MaxNotebook+1); err != nil {
		t.Fatal(err)
	}
	d.arrive(intro)
	if info, err := os.Stat(d.path(intro)); err != nil || info.Size() != work.MaxNotebook+1 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := d.Reset(t.Context(), alice, intro); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("what cannot be kept was replaced: %v", err)
	}
}
