package notebook

import (
	"encoding/json"
	"strconv"
	"strings"
)

// oldCells reads the cells of nbformat 3, which has them in worksheets, as far as
// it takes to show them and to compare them with newer ones.
func oldCells(worksheets json.RawMessage) ([]Cell, *Error) {
	if len(worksheets) == 0 || worksheets[0] != '[' {
		return nil, &Error{Message: "This notebook has no list of worksheets. Restore an earlier version of it."}
	}
	all := []Cell{}
	var failure *Error
	elements(worksheets, func(value json.RawMessage) {
		cells, f := cellsIn(ObjectIn(value)["cells"], oldCell)
		if f != nil && failure == nil {
			failure = f
		}
		all = append(all, cells...)
	})
	return all, failure
}

func oldCell(o Object) (Cell, string) {
	kind, _ := textOf(o["cell_type"])
	switch kind {
	case Code:
		o["source"], o["execution_count"] = o.take("input"), o.take("prompt_number")
		if o["source"] == nil {
			delete(o, "source")
		}
	case "heading":
		level, _ := strconv.Atoi(string(o.take("level")))
		text, _ := textOf(o["source"])
		o["cell_type"] = quote(Markdown)
		o["source"] = quote(strings.Repeat("#", max(1, min(level, 6))) + " " + strings.Join(strings.Fields(text), " "))
	case "html":
		o["cell_type"] = quote(Markdown)
	}
	return newCell(o)
}
