package merge

import (
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// Changes is what differs between two versions of a notebook.
type Changes struct {
	// Cells are those of both, in the order of the new one; those that are gone
	// come where they were. Most may be the same.
	Cells []Change
	// Notebook says whether the metadata of the notebook itself differ, or the
	// header of a text.
	Notebook bool
	// How many cells there are of each kind other than Same.
	Added, Removed, Changed, Moved int
}

// Any says whether anything differs that people care for.
func (c Changes) Any() bool { return c.Notebook || c.Added+c.Removed+c.Changed+c.Moved > 0 }

// ChangeKind is what became of a cell.
type ChangeKind string

const (
	Same    ChangeKind = "same"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	// Changed is a cell of which something differs: its source, its type, its
	// outputs or metadata. It may have moved as well.
	Changed ChangeKind = "changed"
	Moved   ChangeKind = "moved" // and is the same otherwise
)

// Change is a cell, and what became of it.
type Change struct {
	Kind ChangeKind
	Type string // of the cell, in the new version if it is there
	ID   string // the same; empty if the notebook gives none
	// Lines are all those of the source.
	Lines []Line
	// OutputsChanged and MetadataChanged are told of cells that are in both.
	// What Jupyter notes for itself (folded, timing) does not count.
	OutputsChanged, MetadataChanged bool
	A, B                            int // places in the old and the new version; -1: not there
}

// Line is a line of the old version (-), of the new one (+), or of both (a space).
type Line struct {
	Op   byte
	Text string // without its end
}

// Diff tells what changed from a to b, two versions of the notebook named file,
// cell by cell, for people.
func Diff(file string, a, b []byte) (Changes, error) {
	before, err := versionOf(file, a)
	if err != nil {
		return Changes{}, nbhosting.Because(err, nbhosting.Conflict, "The older of these versions cannot be read as a notebook, so that they cannot be compared.")
	}
	after, err := versionOf(file, b)
	if err != nil {
		return Changes{}, nbhosting.Because(err, nbhosting.Conflict, "The newer of these versions cannot be read as a notebook, so that they cannot be compared.")
	}
	m := match(before.cells, after.cells, inPlace)
	changes := Changes{Notebook: before.Header != after.Header || !notebook.SameJSON(before.Metadata.Raw(), after.Metadata.Raw())}
	last := pair{-1, -1}
	for _, p := range append(increasing(m.pairs()), pair{len(m.a), len(m.b)}) {
		for i := last.a + 1; i < p.a; i++ {
			if m.there[i] < 0 {
				changes.add(m.change(i, -1, false))
			}
		}
		for j := last.b + 1; j < p.b; j++ {
			changes.add(m.change(m.back[j], j, true))
		}
		if p.a < len(m.a) {
			changes.add(m.change(p.a, p.b, false))
		}
		last = p
	}
	return changes, nil
}

func (c *Changes) add(change Change) {
	c.Cells = append(c.Cells, change)
	switch change.Kind {
	case Added:
		c.Added++
	case Removed:
		c.Removed++
	case Changed:
		c.Changed++
	case Moved:
		c.Moved++
	case Same:
	}
}

// change returns what became of a cell, at i in the old version and j in the new.
func (m *matching) change(i, j int, moved bool) Change {
	switch {
	case i < 0:
		b := m.b[j]
		return Change{Kind: Added, Type: b.Type, ID: b.ID, Lines: lines("", b.Source), A: i, B: j}
	case j < 0:
		a := m.a[i]
		return Change{Kind: Removed, Type: a.Type, ID: a.ID, Lines: lines(a.Source, ""), A: i, B: j}
	}
	a, b := m.a[i], m.b[j]
	c := Change{
		Kind: Same, Type: b.Type, ID: b.ID, Lines: lines(a.Source, b.Source), A: i, B: j,
		OutputsChanged: !notebook.SameOutputs(a.Cell, b.Cell), MetadataChanged: !sameMetadata(a.Metadata, b.Metadata),
	}
	switch {
	case a.content != b.content || c.OutputsChanged || c.MetadataChanged:
		c.Kind = Changed
	case moved:
		c.Kind = Moved
	}
	return c
}

// sameMetadata compares without what is about how a cell is shown or was run.
func sameMetadata(a, b notebook.Object) bool {
	for _, o := range []notebook.Object{a, b} {
		for key := range o {
			switch key {
			case "collapsed", "execution", "jupyter", "scrolled", "trusted":
			default:
				if !notebook.SameJSON(a[key], b[key]) {
					return false
				}
			}
		}
	}
	return true
}

// lines tells what became of the lines of a text.
func lines(a, b string) []Line {
	before, after := linesOf(a), linesOf(b)
	all := make([]Line, 0, max(len(before), len(after)))
	last := pair{-1, -1}
	for _, p := range append(common(before, after), pair{len(before), len(after)}) {
		for _, text := range before[last.a+1 : p.a] {
			all = append(all, Line{'-', text})
		}
		for _, text := range after[last.b+1 : p.b] {
			all = append(all, Line{'+', text})
		}
		if p.a < len(before) {
			all = append(all, Line{' ', before[p.a]})
		}
		last = p
	}
	return all
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}
