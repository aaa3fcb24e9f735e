package merge

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// resolve returns what becomes of a cell: none, one, or both versions of it.
func (m *merger) resolve(t triple) []notebook.Cell {
	switch {
	case t.mine < 0 && t.theirs < 0:
		return nil
	case t.mine < 0:
		return m.withoutMine(t)
	case t.theirs < 0:
		return m.withoutTheirs(t)
	}
	return m.inBoth(t)
}

// withoutMine is for a cell that the student does not have: it is new, or the
// student removed it, which counts unless the course has changed it since.
func (m *merger) withoutMine(t triple) []notebook.Cell {
	theirs := m.theirs.cells[t.theirs]
	switch {
	case t.base < 0:
		m.summary.Added++
		return []notebook.Cell{theirs.Cell}
	case !meaningful(m.base.cells[t.base], theirs):
		return nil
	}
	m.summary.Conflicts++
	return []notebook.Cell{m.note(m.options.TheirsMark, theirsMark), marked(theirs.Cell, "theirs")}
}

// meaningful says whether cells differ in more than space.
func meaningful(a, b cell) bool {
	return a.content != b.content && (a.Type != b.Type || !slices.Equal(strings.Fields(a.Source), strings.Fields(b.Source)))
}

// withoutTheirs is for a cell that the course does not have: it is the student's,
// or the course removed it, which counts unless the student has worked on it.
func (m *merger) withoutTheirs(t triple) []notebook.Cell {
	mine := m.mine.cells[t.mine]
	c := m.freed(mine.Cell)
	if t.base < 0 {
		m.summary.Kept++
		return []notebook.Cell{c}
	}
	base := m.base.cells[t.base]
	if base.content == mine.content && !m.ran(t) {
		m.summary.Removed++
		return nil
	}
	m.summary.Kept++
	return []notebook.Cell{marked(c, "removed")}
}

// inBoth is for a cell that both have.
func (m *merger) inBoth(t triple) []notebook.Cell {
	mine, theirs := m.mine.cells[t.mine], m.theirs.cells[t.theirs]
	mineChanged, theirsChanged := true, true
	if t.base >= 0 {
		base := m.base.cells[t.base].content
		mineChanged, theirsChanged = mine.content != base, theirs.content != base
	}
	same := mine.content == theirs.content
	homeless := mine.Type == notebook.Code && theirs.Type != notebook.Code && m.ran(t) // outputs, if theirs were taken
	switch {
	case !same && mineChanged && theirsChanged, !mineChanged && homeless:
		m.summary.Conflicts++
		return []notebook.Cell{
			m.note(m.options.MineMark, mineMark), marked(m.freed(mine.Cell), "mine"),
			m.note(m.options.TheirsMark, theirsMark), marked(theirs.Cell, "theirs"),
		}
	case !same && mineChanged:
		m.summary.Kept++
		return []notebook.Cell{m.compose(t, mine.Cell)}
	}
	c := m.compose(t, theirs.Cell)
	if !same || !sameCell(c, mine.Cell) {
		m.summary.Updated++
	}
	return []notebook.Cell{c}
}

// sameCell says whether cells of the same content are the same in all else.
func sameCell(a, b notebook.Cell) bool {
	return notebook.SameOutputs(a, b) && notebook.SameJSON(a.Metadata.Raw(), b.Metadata.Raw())
}

// compose returns the cell whose content is that of content, mine or theirs, and
// the rest of all versions. The outputs of what the student ran stay, as they do
// in Jupyter when a cell is edited.
func (m *merger) compose(t triple, content notebook.Cell) notebook.Cell {
	base, mine, theirs := notebook.Cell{}, m.mine.cells[t.mine].Cell, m.theirs.cells[t.theirs].Cell
	if t.base >= 0 {
		base = m.base.cells[t.base].Cell
	}
	c := content
	c.ID = cmp.Or(theirs.ID, mine.ID)
	if c.Type == notebook.Code && mine.Type == notebook.Code {
		from := mine
		if content.Digest() == theirs.Digest() && !m.ran(t) && !notebook.SameOutputs(base, theirs) {
			from = theirs
		}
		c.Outputs, c.ExecutionCount = from.Outputs, from.ExecutionCount
	}
	if !m.mine.IsText() {
		c.Metadata = three(base.Metadata, mine.Metadata, theirs.Metadata)
		c.Other = three(base.Other, mine.Other, theirs.Other)
	}
	return c
}

// ran says whether a cell has outputs that the student's run gave it.
func (m *merger) ran(t triple) bool {
	mine := m.mine.cells[t.mine].Cell
	if t.base < 0 {
		return mine.HasOutputs()
	}
	return !notebook.SameOutputs(m.base.cells[t.base].Cell, mine)
}

// freed returns a cell of mine that stands beside theirs. If a cell of theirs has
// its id, that keeps it: so the course's next version finds its own again.
func (m *merger) freed(c notebook.Cell) notebook.Cell {
	if m.claimed[c.ID] {
		c.ID = ""
	}
	return c
}

// note returns a cell that tells the student about the next one.
func (m *merger) note(text, otherwise string) notebook.Cell {
	return marked(m.mine.Note(cmp.Or(text, otherwise)), "note")
}

// marked returns c with a word in its metadata, if it has such, that tells what a
// merge did with it.
func marked(c notebook.Cell, word string) notebook.Cell {
	own, taken := c.Metadata["nbhosting"]
	if c.Metadata == nil || taken && notebook.ObjectIn(own) == nil {
		return c
	}
	inner := notebook.Object{}
	maps.Copy(inner, notebook.ObjectIn(own))
	inner["merge"] = json.RawMessage(`"` + word + `"`)
	c.Metadata = maps.Clone(c.Metadata)
	c.Metadata["nbhosting"] = inner.Raw()
	return c
}
