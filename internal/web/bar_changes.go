package web

import (
	"slices"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// changesView is what changed between two versions of a notebook, for a page:
// cells that are the same are left out, but for how many there are.
type changesView struct {
	Cells []cellView
	None  bool
	Meta  bool // what changed is in the notebook's own settings only
}

// cellView is a changed cell, or a run of cells that are the same.
type cellView struct {
	merge.Change
	Same  int    // so many are the same here
	What  string // what happened to the cell
	Lines []lineView
}

// lineView is a line of a changed cell. Far from a change, lines are left out.
type lineView struct {
	Op   string // "+", "-" or " "
	Text string
	Gap  bool // lines are left out here
}

// near is how many unchanged lines are shown on each side of a change.
const near = 3

func viewOf(p *texts.Printer, changes merge.Changes) *changesView {
	view := &changesView{None: !changes.Any()}
	same := 0
	for _, c := range changes.Cells {
		if c.Kind == merge.Same {
			same++
			continue
		}
		if same > 0 {
			view.Cells = append(view.Cells, cellView{Same: same})
			same = 0
		}
		view.Cells = append(view.Cells, cellView{Change: c, What: whatOf(p, c), Lines: linesOf(c)})
	}
	if same > 0 && len(view.Cells) > 0 {
		view.Cells = append(view.Cells, cellView{Same: same})
	}
	view.Meta = !view.None && len(view.Cells) == 0
	return view
}

// whatOf says what happened to a cell.
func whatOf(p *texts.Printer, c merge.Change) string {
	code := c.Type == "code"
	switch {
	case c.Kind == merge.Added && code:
		return p.T("Code added")
	case c.Kind == merge.Added:
		return p.T("Text added")
	case c.Kind == merge.Removed && code:
		return p.T("Code removed")
	case c.Kind == merge.Removed:
		return p.T("Text removed")
	case c.Kind == merge.Moved:
		return p.T("Moved here")
	case !slices.ContainsFunc(c.Lines, func(l merge.Line) bool { return l.Op != ' ' }):
		return p.T("Run again, or set otherwise")
	case code:
		return p.T("Code changed")
	}
	return p.T("Text changed")
}

// linesOf are the lines of a cell that are worth showing.
func linesOf(c merge.Change) []lineView {
	if c.Kind == merge.Moved {
		return nil
	}
	show := make([]bool, len(c.Lines))
	for i, line := range c.Lines {
		if line.Op == ' ' && c.Kind == merge.Changed {
			continue
		}
		for j := max(0, i-near); j < min(len(show), i+near+1); j++ {
			show[j] = true
		}
	}
	if !slices.Contains(show, true) { // its beginning tells which cell it is
		for i := range show[:min(len(show), near)] {
			show[i] = true
		}
	}
	var lines []lineView
	for i, line := range c.Lines {
		switch {
		case show[i]:
			lines = append(lines, lineView{Op: string(line.Op), Text: line.Text})
		case len(lines) == 0 || !lines[len(lines)-1].Gap:
			lines = append(lines, lineView{Gap: true})
		}
	}
	return lines
}
