package notebook

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

const (
	// MaxSize bounds a notebook that is taken apart or written, in bytes.
	MaxSize = 64 << 20
	// MaxCells bounds the cells of a notebook that is taken apart.
	MaxCells = 20_000
)

// Types of cells. Those of .ipynb files can be any word; text files that are no
// notebooks consist of cells of type Text.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
	Text     = "text"
)

// Object is a JSON object: values are as they are written.
type Object map[string]json.RawMessage

// Document is a notebook taken apart, which [Document.Bytes] puts together.
type Document struct {
	Cells []Cell
	// Header is what stands before the first cell of a text file, byte by byte.
	Header string
	// Major and Minor are the version of the format of an .ipynb file, and
	// Metadata and Other what else that holds; nil and 0 for text files.
	Major, Minor int
	Metadata     Object
	Other        Object

	form form
}

// Cell is a part of a notebook that people see as one.
type Cell struct {
	ID   string // empty if the notebook gives none
	Type string
	// Source is what the author typed. Of a text file it is the part as it
	// stands there, with all marks and without the lines' end behind it.
	Source string

	// The following are nil for text files. Outputs and ExecutionCount are
	// those of code cells; Other holds what else the cell has.
	Metadata       Object
	Attachments    json.RawMessage
	Outputs        json.RawMessage
	ExecutionCount json.RawMessage
	Other          Object

	// trail is what separates a part of a text file from the next.
	trail string
}

// form is how a notebook is written.
type form int

const (
	asJSON     form = iota
	asMarkdown      // paragraphs and fences
	asPercent       // Python; cells begin with "# %%"
	asScript        // Python; cells are separated by blank lines
	asText          // anything else: paragraphs
)

// Parse takes the file named file apart. The ending tells how: .ipynb, .md, .py;
// others are texts. An error is always an [*Error], meant for the file's author.
func Parse(file string, content []byte) (*Document, error) {
	_, ext := split(file)
	if len(content) > MaxSize {
		return nil, &Error{Message: fmt.Sprintf("This notebook is larger than %d MB. Clear the outputs that it does not need.", MaxSize>>20)}
	}
	read := parseText
	if ext == ".ipynb" {
		read = func(_ string, content []byte) (*Document, *Error) { return parseJSON(content) }
	}
	d, failure := read(ext, content)
	if failure == nil && len(d.Cells) > MaxCells {
		failure = &Error{Message: fmt.Sprintf("This notebook has more than %d cells.", MaxCells)}
	}
	if failure != nil {
		return nil, failure
	}
	return d, nil
}

// IsText says whether d is a text file, which holds neither outputs nor metadata of cells.
func (d *Document) IsText() bool { return d.form != asJSON }

// Bytes returns the file that d is: a text as it was read, and an .ipynb file as
// Jupyter writes it, whatever wrote it before.
func (d *Document) Bytes() ([]byte, error) {
	if d.form != asJSON {
		return d.text(), nil
	}
	if d.Major < 4 {
		return nil, &Error{Message: tooOld}
	}
	return d.json()
}

// Valid says whether text is an id that the format allows.
func validID(text string) bool {
	if text == "" || len(text) > 64 || !utf8.ValidString(text) {
		return false
	}
	for _, c := range []byte(text) {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
