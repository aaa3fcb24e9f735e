package notebook

import (
	"bytes"
	"cmp"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// dialect is how a kind of text file writes its header.
type dialect struct {
	comment string // before each line of the header
	myst    bool   // whether the header may end and cells may be written as in MyST
}

var (
	markdown = dialect{myst: true}
	python   = dialect{comment: "#"}
)

// readText reads the header of a text notebook. A file without one, or with one
// that speaks of other things only, is not declared a notebook, and has no faults.
func readText(content []byte, d dialect) (l labels, declared bool, failure *Error) {
	content = bytes.TrimPrefix(content, []byte(byteOrderMark))
	h := headerOf(content, d)
	body := content[h.size:]
	cells := d.myst && h.closed && hasCodeCell(body)
	switch {
	case !h.declares() && !cells:
		return labels{}, false, nil
	case h.conflict > 0:
		return labels{}, true, &Error{Line: h.conflict, Message: conflictMessage}
	case !h.closed:
		return labels{}, true, &Error{Line: h.start, Message: "The YAML header that begins here has no end: close it with a line like this one."}
	case !utf8.Valid(content):
		return labels{}, true, &Error{Message: "This file is not UTF-8 text, so that Jupyter cannot open it. Save it in the encoding UTF-8."}
	}
	if block := h.jupyter(); block != nil {
		l, failure = readJupyter(h, block, cells)
		return l, true, failure
	}
	return readFrontMatter(h, cells)
}

// readJupyter reads a header with a key "jupyter" in block form, as jupytext
// writes it. Jupytext looks at nothing else then, so that the rest need not even
// be YAML, unless the notebook is in MyST, whose metadata stand beside that key.
func readJupyter(h header, block []string, cells bool) (labels, *Error) {
	root, failure := parseYAML(block)
	if failure != nil {
		return labels{}, failure
	}
	inner := child(root, "jupyter")
	switch {
	case isNull(inner):
		return labels{}, nil
	case !isMapping(inner):
		return labels{}, &Error{Line: h.lineOfJupyter(), Message: `The value of "jupyter" in the YAML header is not a mapping (lines of "key: value", indented).`}
	}
	format := text(child(inner, "jupytext", "text_representation", "format_name"))
	if format != "myst" && (format != "" || !cells) {
		return yamlLabels(inner), nil
	}
	all, failure := parseYAML(h.lines)
	if failure != nil {
		return labels{}, failure
	}
	return mystLabels(all, inner), nil
}

// readFrontMatter reads a header with the notebook's metadata on its first
// level, as MyST has it. A key of notebooks counts if its value could be one.
func readFrontMatter(h header, cells bool) (l labels, declared bool, failure *Error) {
	root, failure := parseYAML(h.lines)
	if failure != nil {
		return labels{}, true, failure
	}
	declared = cells && isMapping(root) || text(child(root, "file_format")) == "mystnb"
	for _, key := range []string{"jupyter", "jupytext", "kernelspec"} {
		declared = declared || isMapping(child(root, key))
	}
	if !declared {
		return labels{}, false, nil
	}
	return mystLabels(root, child(root, "jupyter")), true, nil
}

// mystLabels reads metadata that stand on the first level of a header or, where
// that has other uses for a key, below "jupyter".
func mystLabels(root, inner *yaml.Node) labels {
	f := cmp.Or(filterOf(root), filterOf(inner))
	return f.of(yamlLabels(root)).or(yamlLabels(inner))
}
