package merge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// linesOf returns the lines of all cells, whatever ends them.
func linesOf(d *notebook.Document) map[string]bool {
	found := map[string]bool{}
	if d == nil {
		return found
	}
	for _, c := range d.Cells {
		for line := range strings.SplitSeq(c.Source, "\n") {
			found[strings.TrimSuffix(line, "\r")] = true
		}
	}
	return found
}

// formats are the names of files of each format; the first stands for notebooks
// in the notation of these tests.
var formats = []string{"notation.ipynb", "a.ipynb", "a.md", "a.py", "a.txt"}

// FuzzThree merges anything with anything: what is in cells of mine is in the result.
func FuzzThree(f *testing.F) {
	for _, c := range rules {
		f.Add(uint8(0), []byte(c.base), []byte(c.mine), []byte(c.theirs))
		f.Add(uint8(1), build(c.base), build(c.mine), build(c.theirs))
	}
	for _, c := range headers {
		f.Add(uint8(slices.Index(formats, c.file)), []byte(c.base+"\nx\n"), []byte(c.mine+"\nx\n\ny\n"), []byte(c.theirs+"\nz\n"))
	}
	f.Add(uint8(2), []byte("# A\n\n```python\nx\n```\n"), []byte("# A\n\n```python\ny\n\n"), []byte("# B\n+++\n:::\n"))
	f.Add(uint8(3), []byte("x\n# %%\ny"), []byte("x\n\n# +\nz"), []byte("# %% [markdown]\n# x\n"))
	f.Add(uint8(2), []byte("0"), []byte("  0"), []byte(" "))
	f.Fuzz(func(t *testing.T, format uint8, base, mine, theirs []byte) {
		file := formats[int(format)%len(formats)]
		if file == formats[0] {
			base, mine, theirs = build(string(base)), build(string(mine)), build(string(theirs))
		}
		got, err := merge.Three(file, base, mine, theirs, options)
		if err != nil {
			return
		}
		before, _ := notebook.Parse(file, base)
		students, err := notebook.Parse(file, mine)
		if err != nil {
			if string(got.Content) != string(mine) {
				t.Fatalf("%q, which is no notebook, became %q", mine, got.Content)
			}
			return
		}
		result, err := notebook.Parse(file, got.Content)
		if err != nil {
			t.Fatalf("%q: %v", got.Content, err)
		}
		if !students.IsText() {
			lacks(t, "a line", linesOf(before), linesOf(students), linesOf(result))
			if students.Major == 4 && string(mine) != string(got.Content) && string(theirs) != string(got.Content) {
				checkIDs(t, result)
			}
			return
		}
		all := map[string]bool{}
		for line := range strings.SplitSeq(string(got.Content), "\n") {
			all[strings.TrimSuffix(line, "\r")] = true
		}
		lacks(t, "a line", linesOf(before), linesOf(students), all)
		if _, err := merge.Diff(file, mine, got.Content); err != nil {
			t.Fatal(err)
		}
	})
}

func checkIDs(t *testing.T, d *notebook.Document) {
	t.Helper()
	ids := map[string]bool{}
	for _, c := range d.Cells {
		if ids[c.ID] && c.ID != "" || c.ID == "" != (d.IsText() || d.Minor < 5) {
			t.Errorf("id %q", c.ID)
		}
		ids[c.ID] = true
	}
}
