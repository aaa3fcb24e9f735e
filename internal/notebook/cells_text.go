package notebook

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	percent = regexp.MustCompile(`^# ?%%+(\s|$)`)
	region  = regexp.MustCompile(`^# \+(\s|$)`)
)

// parseText takes a text apart. Whatever it is, its parts are all of it.
func parseText(ext string, content []byte) (*Document, *Error) {
	if !utf8.Valid(content) {
		return nil, &Error{Message: "This file is not UTF-8 text, so that Jupyter cannot open it. Save it in the encoding UTF-8."}
	}
	rest := bytes.TrimPrefix(content, []byte(byteOrderMark))
	d := &Document{form: asText}
	size := 0
	var split func(lines []string) []Cell
	switch ext {
	case ".md":
		d.form, size = asMarkdown, headerOf(rest, markdown).size
		myst := hasCodeCell(rest[size:])
		split = func(lines []string) []Cell { return splitMarkdown(lines, myst) }
	case ".py":
		d.form, size, split = asScript, headerOf(rest, python).size, splitScript
		if anyLine(rest[size:], percent) {
			d.form, split = asPercent, splitPercent
		}
	default:
		split = splitParagraphs
	}
	lines := strings.SplitAfter(string(rest[size:]), "\n")
	first := 0
	for first < len(lines) && strings.TrimSpace(lines[first]) == "" {
		size += len(lines[first])
		first++
	}
	d.Header = string(content[:len(content)-len(rest)+size])
	d.Cells = split(lines[first:])
	return d, nil
}

func anyLine(text []byte, pattern *regexp.Regexp) bool {
	for line := range bytes.Lines(text) {
		if pattern.Match(line) {
			return true
		}
	}
	return false
}

// text puts the parts of d together.
func (d *Document) text() []byte {
	out := []byte(d.Header)
	for _, c := range d.Cells {
		out = append(append(out, c.Source...), c.trail...)
	}
	return out
}

// parts collects the parts of a text line by line.
type parts struct {
	cells []Cell
	lines strings.Builder // of the part that is being read
	blank strings.Builder // what separates it from the next
}

// begin ends the part before, and begins one.
func (p *parts) begin(kind string) {
	p.end()
	p.cells = append(p.cells, Cell{Type: kind})
}

// end ends the part that is being read, if any.
func (p *parts) end() {
	if len(p.cells) == 0 {
		return
	}
	c := &p.cells[len(p.cells)-1]
	source := p.lines.String()
	c.Source = strings.TrimSuffix(strings.TrimSuffix(source, "\n"), "\r")
	c.trail = source[len(c.Source):] + p.blank.String()
	p.lines.Reset()
	p.blank.Reset()
}

// add adds a line to the part that is being read; blank ones belong to it only
// if others follow.
func (p *parts) add(line string) {
	if strings.TrimSpace(line) == "" {
		p.blank.WriteString(line)
		return
	}
	p.lines.WriteString(p.blank.String())
	p.blank.Reset()
	p.lines.WriteString(line)
}

// open says whether a part is being read, with no blank line behind it.
func (p *parts) open() bool { return len(p.cells) > 0 && p.blank.Len() == 0 }

func (p *parts) done() []Cell {
	p.end()
	return p.cells
}

func splitParagraphs(lines []string) []Cell {
	var p parts
	for _, line := range lines {
		if !p.open() && strings.TrimSpace(line) != "" {
			p.begin(Text)
		}
		p.add(line)
	}
	return p.done()
}

// splitPercent splits Python at lines "# %%".
func splitPercent(lines []string) []Cell {
	var p parts
	for _, line := range lines {
		if mark := percent.MatchString(line); mark || len(p.cells) == 0 {
			p.begin(percentType(line))
		}
		p.add(line)
	}
	return p.done()
}

func percentType(line string) string {
	switch {
	case strings.Contains(line, "[markdown]"), strings.Contains(line, "[md]"):
		return Markdown
	case strings.Contains(line, "[raw]"):
		return Raw
	}
	return Code
}

// splitScript splits Python at blank lines that are followed by a line without
// indentation, except between "# +" and "# -".
func splitScript(lines []string) []Cell {
	var p parts
	inside := false
	for _, line := range lines {
		switch {
		case strings.TrimSpace(line) == "":
		case region.MatchString(line):
			inside = true
			p.begin(Code)
		case inside:
			inside = strings.TrimSpace(line) != "# -"
		case !p.open() && (len(p.cells) == 0 || line[0] != ' ' && line[0] != '\t'):
			p.begin(Markdown)
		}
		p.add(line)
	}
	cells := p.done()
	for i := range cells {
		cells[i].Type = scriptType(cells[i].Source)
	}
	return cells
}

// scriptType says what a part of a script is: comments alone are Markdown.
func scriptType(source string) string {
	for line := range strings.Lines(source) {
		if line[0] != '#' || region.MatchString(line) {
			return Code
		}
	}
	return Markdown
}
