package work_test

import (
	"os"
	"testing"
)

// rename gives something another name, as Jupyter's list of files does.
func (d *desk) rename(from, to string) {
	d.t.Helper()
	if err := os.Rename(d.path(from), d.path(to)); err != nil {
		d.t.Fatal(err)
	}
	d.Renamed(d.t.Context(), alice, from, to)
}

// TestARenamedNotebookIsResetToItsOriginal is about a notebook that the course does not
// have by that name, though it is a copy of the course's.
func TestARenamedNotebookIsResetToItsOriginal(t *testing.T) {
	for _, c := range []struct{ from, to, file string }{
		{intro, "w1/alice's.ipynb", "w1/alice's.ipynb"},
		{"w1", "w1 of alice", "w1 of alice/intro.ipynb"},
	} {
		t.Run(c.to, func(t *testing.T) {
			d := newDesk(t, "1")
			d.arrive(intro)
			d.save(intro, notebookOf("mine"))
			d.rename(c.from, c.to)
			d.want(c.file, notebookOf("mine"))
			if _, err := d.Reset(t.Context(), alice, c.file); err != nil {
				t.Fatal(err)
			}
			d.want(c.file, notebookOf("1"))
			d.wantKept(c.file, notebookOf("mine"))
			d.wantKept(intro, notebookOf("mine"))
		})
	}
}

// TestWhatIsRenamedToNoNotebook begins no history, and neither does a name that only begins alike.
func TestWhatIsRenamedToNoNotebook(t *testing.T) {
	d := newDesk(t, "1")
	d.arrive(intro)
	d.write("w", "a file")
	d.rename("w", "w2")
	d.rename(intro, "w1/intro.txt")
	if files, err := d.History.Notebooks(alice); err != nil || len(files) != 1 || files[0] != intro {
		t.Errorf("%q, %v", files, err)
	}
}
