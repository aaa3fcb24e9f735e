package merge

import (
	"cmp"
	"slices"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// version is one of the notebooks of a merge.
type version struct {
	*notebook.Document
	cells []cell
}

// merger merges theirs into mine.
type merger struct {
	file               string
	base, mine, theirs version
	known              bool // whether base is
	options            Options
	summary            Summary

	triples []triple
	claimed map[string]bool // ids that cells of theirs bring with them
}

// triple is a cell as it is in each version: places, or -1.
type triple struct {
	base, mine, theirs int
	result             []notebook.Cell // what becomes of it
}

// merge returns the merged notebook, and counts what it did.
func (m *merger) merge() *notebook.Document {
	m.align()
	m.claimed = map[string]bool{}
	for _, t := range m.triples {
		if t.theirs >= 0 {
			m.claimed[m.theirs.cells[t.theirs].ID] = true
		}
	}
	for i := range m.triples {
		m.triples[i].result = m.resolve(m.triples[i])
	}
	m.triples = slices.DeleteFunc(m.triples, func(t triple) bool { return len(t.result) == 0 })
	var cells []notebook.Cell
	for _, i := range m.order() {
		cells = append(cells, m.triples[i].result...)
	}
	result := *m.mine.Document
	result.Minor = max(m.mine.Minor, m.theirs.Minor)
	if result.IsText() {
		result.Header = m.header()
	} else {
		result.Metadata = m.notebookMetadata()
		result.Other = three(m.base.Other, m.mine.Other, m.theirs.Other)
	}
	return result.With(cells)
}

// align finds out which cells are versions of one.
func (m *merger) align() {
	toMine := match(m.base.cells, m.mine.cells, inPlace)
	toTheirs := match(m.base.cells, m.theirs.cells, bySimilar)
	for i := range m.base.cells {
		m.triples = append(m.triples, triple{base: i, mine: toMine.there[i], theirs: toTheirs.there[i]})
	}
	mine, theirs := unmatched(toMine.back, 0, len(m.mine.cells)), unmatched(toTheirs.back, 0, len(m.theirs.cells))
	how := exactly
	if !m.known {
		how = bySimilar
	}
	both := match(pick(m.mine.cells, mine), pick(m.theirs.cells, theirs), how)
	for i, at := range mine {
		t := triple{base: -1, mine: at, theirs: -1}
		if j := both.there[i]; j >= 0 {
			t.theirs = theirs[j]
		}
		m.triples = append(m.triples, t)
	}
	for j, at := range theirs {
		if both.back[j] < 0 {
			m.triples = append(m.triples, triple{base: -1, mine: -1, theirs: at})
		}
	}
}

func pick(cells []cell, places []int) []cell {
	picked := make([]cell, len(places))
	for i, at := range places {
		picked[i] = cells[at]
	}
	return picked
}

// order returns the triples in the order of the result: that of the course, or
// the student's if the student moved cells. The cells that only the other has come
// behind those that they follow there; the student's first.
func (m *merger) order() []int {
	mine := m.inOrder(func(t triple) int { return t.mine })
	theirs := m.inOrder(func(t triple) int { return t.theirs })
	onlyMine := func(i int) bool { return m.triples[i].theirs < 0 }
	if m.studentMoved(mine) {
		return weave(mine, theirs, func(i int) bool { return m.triples[i].mine < 0 }, onlyMine)
	}
	return weave(theirs, mine, onlyMine, func(int) bool { return false })
}

// inOrder returns the triples that are somewhere, in that order.
func (m *merger) inOrder(place func(triple) int) []int {
	var found []int
	for i, t := range m.triples {
		if place(t) >= 0 {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(i, j int) int { return cmp.Compare(place(m.triples[i]), place(m.triples[j])) })
	return found
}

// studentMoved says whether cells that all have are in another order in mine than
// in base. Without a base, the student may have.
func (m *merger) studentMoved(mine []int) bool {
	last := -1
	for _, i := range mine {
		t := m.triples[i]
		if t.theirs < 0 || t.base < 0 {
			continue
		}
		if t.base < last {
			return true
		}
		last = t.base
	}
	return !m.known
}

// weave returns spine with those of other that are extra put in, each behind the
// one before it in other and behind those of spine that are to come first there.
func weave(spine, other []int, extra, first func(int) bool) []int {
	const head = -1
	next := map[int]int{}
	last := head
	for _, i := range spine {
		next[last] = i
		last = i
	}
	before := head
	for _, i := range other {
		if extra(i) {
			for after, more := next[before]; more && first(after); after, more = next[before] {
				before = after
			}
			if after, more := next[before]; more {
				next[i] = after
			}
			next[before] = i
		}
		before = i
	}
	row := make([]int, 0, len(next))
	for i, more := next[head]; more; i, more = next[i] {
		row = append(row, i)
	}
	return row
}
