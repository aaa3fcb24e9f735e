package notebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// With returns d with other cells in place of its own, made to fit beside each
// other: those of an .ipynb file have ids that are valid and unique if its format
// has ids, and none else; those of a text do not run into one another. Of cells
// that share an id, the first keeps it.
func (d *Document) With(cells []Cell) *Document {
	result := *d
	result.Cells = append([]Cell(nil), cells...)
	switch {
	case d.form != asJSON:
		separate(result.Cells, d.form)
		if len(cells) > 0 && d.Header != "" && !strings.HasSuffix(d.Header, "\n") {
			result.Header += "\n"
		}
	case d.Major > 4 || d.Minor >= 5:
		identify(result.Cells)
	default:
		for i := range result.Cells {
			result.Cells[i].ID = ""
		}
	}
	return &result
}

// identify gives an id to each cell that has none of its own. It is made from
// what the cell says, so that the same work gives the same notebook.
func identify(cells []Cell) {
	taken := map[string]bool{}
	for i := range cells {
		if id := cells[i].ID; validID(id) && !taken[id] {
			taken[id] = true
		} else {
			cells[i].ID = ""
		}
	}
	for i := range cells {
		c := &cells[i]
		for n := 0; c.ID == ""; n++ {
			sum := sha256.Sum256([]byte(strconv.Itoa(n) + c.Type + "\n" + c.Source))
			if id := hex.EncodeToString(sum[:4]); !taken[id] {
				taken[id], c.ID = true, id
			}
		}
	}
}

// separate mends what stands between the parts of a text that are not at the
// place where they were read.
func separate(cells []Cell, f form) {
	for i := range cells {
		c := &cells[i]
		if f == asPercent && i > 0 && !percent.MatchString(c.Source) {
			c.Source = "# %%\n" + c.Source
		}
		if i == len(cells)-1 {
			if strings.Count(c.trail, "\n") > 1 {
				c.trail = "\n"
			}
			break
		}
		if !strings.Contains(c.trail, "\n") {
			c.trail = "\n\n"
		}
		if strings.Count(c.trail, "\n") < 2 && !delimited(f, *c, cells[i+1]) {
			c.trail += "\n"
		}
	}
}

// delimited says whether two parts of a text are told apart with no blank line between.
func delimited(f form, a, b Cell) bool {
	switch f {
	case asPercent:
		return true
	case asMarkdown:
		return standsAlone(a.Source) || standsAlone(b.Source)
	case asJSON, asScript, asText:
	}
	return false
}

// Note returns a cell for d that shows text, one or more lines of Markdown, to
// whoever reads the notebook.
func (d *Document) Note(text string) Cell {
	comment := "# " + strings.ReplaceAll(text, "\n", "\n# ")
	switch d.form {
	case asPercent:
		return Cell{Type: Markdown, Source: "# %% [markdown]\n" + comment, trail: "\n\n"}
	case asScript:
		return Cell{Type: Markdown, Source: comment, trail: "\n\n"}
	case asMarkdown:
		return Cell{Type: Markdown, Source: text, trail: "\n\n"}
	case asText:
		return Cell{Type: Text, Source: text, trail: "\n\n"}
	case asJSON:
	}
	return Cell{Type: Markdown, Source: text, Metadata: Object{}}
}

// SameOutputs says whether cells have the same outputs, however these are
// written. None are the same as an empty list.
func SameOutputs(a, b Cell) bool {
	return bytes.Equal(a.Outputs, b.Outputs) || !a.HasOutputs() && !b.HasOutputs() ||
		SameJSON(orEmpty(splitOutputs(a.Outputs)), orEmpty(splitOutputs(b.Outputs)))
}

// HasOutputs says whether c has any outputs.
func (c Cell) HasOutputs() bool {
	s := &scanner{text: c.Outputs, at: 1}
	return len(c.Outputs) > 0 && !s.take(']')
}

// Digest stands for what the author put into c: its type, source and
// attachments. It is the same for cells that differ in how they are written only.
func (c Cell) Digest() [sha256.Size]byte {
	content := c.Type + "\n" + strings.ReplaceAll(c.Source, "\r\n", "\n")
	if len(ObjectIn(c.Attachments)) > 0 {
		content += "\x00" + string(compact(splitBundles(c.Attachments)))
	}
	return sha256.Sum256([]byte(content))
}

func orEmpty(list []byte) []byte {
	if len(list) == 0 {
		return []byte("[]")
	}
	return list
}
