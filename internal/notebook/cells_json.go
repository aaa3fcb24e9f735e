package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	tooOld = "This notebook has an old format (before nbformat 4). Open it in Jupyter and save it, which brings it up to date."
	tooNew = "This notebook has a format that is newer than nbformat 4, which is the newest known here."
)

// parseJSON takes an .ipynb file apart.
func parseJSON(content []byte) (*Document, *Error) {
	if message := notText(content); message != "" {
		return nil, &Error{Message: message}
	}
	if _, f := metadataIn(content); f != nil {
		return nil, explain(content, f)
	}
	top := objectIn(bytes.TrimLeft(content, " \t\r\n"))
	d := &Document{Metadata: Object{}}
	if raw := top.take("metadata"); raw != nil {
		d.Metadata = objectIn(raw)
	}
	var failure *Error
	d.Major, failure = whole(top, "nbformat", 0)
	if failure != nil {
		return nil, failure
	}
	d.Minor, failure = whole(top, "nbformat_minor", 0)
	switch {
	case failure != nil:
	case d.Major > 4:
		failure = &Error{Message: tooNew}
	case d.Major == 4:
		d.Cells, failure = cellsIn(top.take("cells"), newCell)
	case d.Major == 3:
		d.Cells, failure = oldCells(top.take("worksheets"))
	default:
		failure = &Error{Message: tooOld}
	}
	d.Other = top
	return d, failure
}

// cellsIn reads a list of cells, each by read.
func cellsIn(list json.RawMessage, read func(Object) (Cell, string)) ([]Cell, *Error) {
	if len(list) == 0 || list[0] != '[' {
		return nil, &Error{Message: "This notebook has no list of cells. Restore an earlier version of it."}
	}
	cells := []Cell{}
	var failure *Error
	elements(list, func(value json.RawMessage) {
		switch {
		case failure != nil || len(cells) > MaxCells:
			return
		case value[0] != '{':
			failure = &Error{Message: fmt.Sprintf("Cell %d of this notebook is not an object in braces. Restore an earlier version of it.", len(cells)+1)}
			return
		}
		c, fault := read(objectIn(value))
		if fault != "" {
			failure = &Error{Message: fmt.Sprintf("Cell %d of this notebook is broken: %s. Restore an earlier version of it.", len(cells)+1, fault)}
		}
		cells = append(cells, c)
	})
	return cells, failure
}

// newCell reads a cell of nbformat 4. It returns what is wrong with it, or nothing.
func newCell(o Object) (c Cell, fault string) {
	kind, known := textOf(o.take("cell_type"))
	if !known {
		return c, `its "cell_type" is not a text`
	}
	c = Cell{Type: kind, Metadata: Object{}, Attachments: o.take("attachments")}
	if c.Source, known = textOf(o.take("source")); !known {
		return c, `its "source" is neither a text nor a list of lines`
	}
	if id, ok := o["id"]; ok && id[0] == '"' {
		c.ID = plain(o.take("id"))
	}
	if raw := o.take("metadata"); raw != nil {
		if raw[0] != '{' {
			return c, `its "metadata" is not an object in braces`
		}
		c.Metadata = objectIn(raw)
	}
	if c.Type == Code {
		c.ExecutionCount, c.Outputs = o.take("execution_count"), o.take("outputs")
		if c.Outputs != nil && c.Outputs[0] != '[' {
			return c, `its "outputs" are not a list`
		}
	}
	c.Other = o
	return c, ""
}

// json writes d as Jupyter does.
func (d *Document) json() ([]byte, error) {
	top := maps.Clone(d.Other)
	if top == nil {
		top = Object{}
	}
	top["cells"] = nil
	top["metadata"] = encode(d.Metadata)
	top["nbformat"] = strconv.AppendInt(nil, int64(d.Major), 10)
	top["nbformat_minor"] = strconv.AppendInt(nil, int64(d.Minor), 10)
	w := &writer{indent: true, limit: 2 * MaxSize}
	w.members(0, slices.Sorted(maps.Keys(top)), func(key string) {
		if key == "cells" {
			w.list(1, len(d.Cells), func(i int) { w.object(2, d.Cells[i].members()) })
		} else {
			w.text(1, top[key])
		}
	})
	w.raw("\n")
	if w.failure != nil {
		return nil, w.failure
	}
	return w.out, nil
}

// members returns what a file says of c.
func (c Cell) members() Object {
	o := maps.Clone(c.Other)
	if o == nil {
		o = Object{}
	}
	o["cell_type"] = quote(c.Type)
	o["metadata"] = encode(c.Metadata)
	o["source"] = quoteLines(c.Source)
	if c.ID != "" {
		o["id"] = quote(c.ID)
	}
	if c.Attachments != nil {
		o["attachments"] = splitBundles(c.Attachments)
	}
	if c.Type == Code {
		o["outputs"] = orEmpty(splitOutputs(c.Outputs))
		o["execution_count"] = c.ExecutionCount
		if c.ExecutionCount == nil {
			o["execution_count"] = json.RawMessage("null")
		}
	}
	return o
}

// whole returns a member that is a whole number, otherwise if there is none.
func whole(o Object, key string, otherwise int) (int, *Error) {
	raw := o.take(key)
	if raw == nil {
		return otherwise, nil
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 {
		return 0, &Error{Message: fmt.Sprintf("The %q of this notebook is not a whole number. Restore an earlier version of it.", key)}
	}
	return n, nil
}

// textOf returns a text that is written as one string or as a list of them; one
// that is not there at all is empty.
func textOf(raw json.RawMessage) (text string, ok bool) {
	switch {
	case raw == nil:
		return "", true
	case raw[0] == '"':
		return plain(raw), true
	case raw[0] != '[':
		return "", false
	}
	var all strings.Builder
	ok = true
	elements(raw, func(value json.RawMessage) {
		if value[0] != '"' {
			ok = false
			return
		}
		all.WriteString(plain(value))
	})
	return all.String(), ok
}
