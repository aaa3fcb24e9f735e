package merge_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// person works on a notebook in all the ways that people and their tools do.
// Whatever they type, and all outputs, name them and a number.
type person struct {
	name string
	rand *rand.Rand
	n    int
	text bool // it is a text: no outputs, no ids, no metadata
}

func (p *person) says(what string) string {
	p.n++
	return fmt.Sprintf("%s %s %d", what, p.name, p.n)
}

func (p *person) id() string {
	p.n++
	return fmt.Sprintf("%s-%d", p.name, p.n)
}

// works returns what the person makes of cells in so many steps.
func (p *person) works(cells []notebook.Cell, steps int) []notebook.Cell {
	cells = slices.Clone(cells)
	for range steps {
		at := p.rand.IntN(len(cells) + 1)
		action := p.rand.IntN(16)
		switch {
		case action == 0 || at == len(cells):
			cells = slices.Insert(cells, at, p.newCell())
		case action == 1:
			cells = slices.Delete(cells, at, at+1)
		case action == 2:
			c := cells[at]
			cells = slices.Delete(cells, at, at+1)
			cells = slices.Insert(cells, p.rand.IntN(len(cells)+1), c)
		case action == 3 && !p.text:
			cells = slices.Insert(cells, at, cells[at]) // its id comes with it
		case action == 4 && !p.text:
			for i := range cells {
				cells[i].ID = p.id()
			}
		default:
			cells[at] = p.edits(cells[at], action)
		}
	}
	return cells
}

func (p *person) newCell() notebook.Cell {
	c := notebook.Cell{Type: notebook.Markdown, Source: p.says("new")}
	if p.text {
		return c
	}
	c.ID, c.Metadata = p.id(), notebook.Object{}
	if p.rand.IntN(2) == 0 {
		c.Type, c.Outputs = notebook.Code, p.output()
	}
	return c
}

func (p *person) output() json.RawMessage {
	return json.RawMessage(`[{"name": "stdout", "output_type": "stream", "text": ["` + p.says("output") + `"]}]`)
}

func (p *person) edits(c notebook.Cell, action int) notebook.Cell {
	lines := strings.Split(c.Source, "\n")
	at := p.rand.IntN(len(lines))
	switch {
	case action < 8 && c.Type == notebook.Code && !p.text:
		c.Outputs = p.output()
	case action == 8 && !p.text:
		c.Outputs = nil
	case action == 9 && !p.text:
		c.Metadata = notebook.Object{"tags": json.RawMessage(`["` + p.says("tag") + `"]`)}
	case action == 10 && !p.text && !c.HasOutputs():
		c.Type, c.Outputs = map[string]string{notebook.Code: notebook.Markdown, notebook.Markdown: notebook.Code}[c.Type], nil
	case action == 11:
		c.Source = p.says("instead")
	case action < 14 && at > 0:
		c.Source = strings.Join(slices.Insert(lines, at, p.says("between")), "\n")
	default:
		lines[at] = p.says("changed")
		c.Source = strings.Join(lines, "\n")
	}
	return c
}
