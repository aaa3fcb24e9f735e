package merge

import (
	"crypto/sha256"
	"strings"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// cell is a cell of a notebook with what it is recognized by.
type cell struct {
	notebook.Cell
	id      string // empty if the cell has none, or shares it
	content [sha256.Size]byte
	blank   bool
	bag     []uint32 // see words
}

func cellsOf(d *notebook.Document) []cell {
	cells := make([]cell, len(d.Cells))
	count := map[string]int{}
	for _, c := range d.Cells {
		count[c.ID]++
	}
	for i, c := range d.Cells {
		cells[i] = cell{Cell: c, content: c.Digest(), blank: strings.TrimSpace(c.Source) == ""}
		if count[c.ID] == 1 {
			cells[i].id = c.ID
		}
	}
	return cells
}

// matching tells which cell of one notebook, a, became which of another, b.
type matching struct {
	a, b        []cell
	there, back []int // from a to b, and back; -1: gone, or new
	shared      int   // how many ids both have
}

// how bold a matching is.
type how int

const (
	exactly   how = iota // by ids, and by contents that are the same
	bySimilar            // also by contents that are similar, at the same place
	inPlace              // also what stands in the place of another, with all around it known
)

// match finds out what became of the cells of a in b. It goes by ids first. But
// Jupyter or a course's tools may have given ids anew, and before nbformat 4.5
// there were none: so contents count as well.
func match(a, b []cell, how how) *matching {
	m := &matching{a: a, b: b, there: nowhere(len(a)), back: nowhere(len(b))}
	ids := [2]map[string]int{index(a), index(b)}
	for id := range ids[0] {
		if _, known := ids[1][id]; known {
			m.shared++
		}
	}
	byID := func(good func(a, b cell) bool) {
		for i := range a {
			if j, known := ids[1][a[i].id]; known && good(a[i], b[j]) {
				m.add(i, j)
			}
		}
	}
	byID(func(a, b cell) bool { return a.content == b.content })
	// An id that both know, on contents that the other has under another such
	// id, was given anew.
	m.byContent(func(x, y cell) bool {
		_, there := ids[1][x.id]
		_, back := ids[0][y.id]
		return there && back
	})
	byID(func(a, b cell) bool { return true })
	m.byContent(func(a, b cell) bool { return true })
	if how >= bySimilar {
		m.inGaps(m.same)
		m.inGaps(m.similar)
	}
	if how >= inPlace {
		m.inGaps(m.instead)
	}
	return m
}

func nowhere(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = -1
	}
	return places
}

// index returns where the cells with ids are.
func index(cells []cell) map[string]int {
	places := map[string]int{}
	for i, c := range cells {
		if c.id != "" {
			places[c.id] = i
		}
	}
	return places
}

func (m *matching) add(i, j int) {
	if m.there[i] < 0 && m.back[j] < 0 {
		m.there[i], m.back[j] = j, i
	}
}

// byContent matches the good ones of those cells whose contents are once in
// either notebook, wherever they are.
func (m *matching) byContent(good func(a, b cell) bool) {
	left := func(cells []cell, matched []int) (places []int, contents [][sha256.Size]byte) {
		for i, c := range cells {
			if matched[i] < 0 && !c.blank {
				places, contents = append(places, i), append(contents, c.content)
			}
		}
		return places, contents
	}
	as, inA := left(m.a, m.there)
	bs, inB := left(m.b, m.back)
	for _, p := range uniques(inA, inB) {
		if i, j := as[p.a], bs[p.b]; good(m.a[i], m.b[j]) {
			m.add(i, j)
		}
	}
}

// pairs returns what is matched, in order of a.
func (m *matching) pairs() []pair {
	var pairs []pair
	for i, j := range m.there {
		if j >= 0 {
			pairs = append(pairs, pair{i, j})
		}
	}
	return pairs
}

// inGaps shows to visit the cells that are not matched and stand between the
// same neighbours in either notebook.
func (m *matching) inGaps(visit func(as, bs []int)) {
	last := pair{-1, -1}
	for _, p := range append(increasing(m.pairs()), pair{len(m.a), len(m.b)}) {
		as, bs := unmatched(m.there, last.a+1, p.a), unmatched(m.back, last.b+1, p.b)
		if len(as) > 0 && len(bs) > 0 {
			visit(as, bs)
		}
		last = p
	}
}

func unmatched(matched []int, from, to int) []int {
	var places []int
	for i := from; i < to; i++ {
		if matched[i] < 0 {
			places = append(places, i)
		}
	}
	return places
}

// same matches cells with the same contents, in their order.
func (m *matching) same(as, bs []int) {
	contents := func(cells []cell, places []int) (contents [][sha256.Size]byte) {
		for _, i := range places {
			contents = append(contents, cells[i].content)
		}
		return contents
	}
	for _, p := range common(contents(m.a, as), contents(m.b, bs)) {
		m.add(as[p.a], bs[p.b])
	}
}

// window is how many cells are looked at for one that is similar.
const window = 16

// similar matches each cell with the most similar one of those that follow.
func (m *matching) similar(as, bs []int) {
	for _, i := range as {
		best, at := 0.0, -1
		for k := range min(window, len(bs)) {
			if s := similarity(&m.a[i], &m.b[bs[k]]); s > best {
				best, at = s, k
			}
		}
		if best >= alike {
			m.add(i, bs[at])
			bs = bs[at+1:]
		}
	}
}

// instead matches cells of the same types, each with the one in its place, unless
// their ids tell that they are others.
func (m *matching) instead(as, bs []int) {
	if len(as) != len(bs) {
		return
	}
	for k, i := range as {
		if a, b := m.a[i], m.b[bs[k]]; a.Type != b.Type || m.shared > 0 && a.id != "" && b.id != "" {
			return
		}
	}
	for k, i := range as {
		m.add(i, bs[k])
	}
}
