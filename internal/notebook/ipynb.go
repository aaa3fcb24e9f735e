package notebook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"unicode/utf8"
)

const byteOrderMark = "\xEF\xBB\xBF"

// readJSON reads the metadata of an .ipynb file, wherever it stands in the file.
// The whole file must be JSON, since Jupyter would not open it otherwise.
func readJSON(content []byte) (labels, *Error) {
	if message := notText(content); message != "" {
		return labels{}, &Error{Message: message}
	}
	metadata, f := metadataIn(content)
	if f != nil {
		return labels{}, explain(content, f)
	}
	return labelsIn(metadata), nil
}

// notText says what keeps content from being read as JSON at all, or nothing.
func notText(content []byte) string {
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return "This notebook is empty: not even Jupyter can open it. Create it anew in Jupyter, or delete it."
	case bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")):
		return "This is a Git LFS pointer, not the notebook itself. Notebooks must be in git as ordinary files: take this one out of LFS."
	case bytes.HasPrefix(content, []byte(byteOrderMark)):
		return "This file begins with a byte order mark, so that Jupyter cannot open it. Save it as UTF-8 without BOM."
	case !utf8.Valid(content):
		return "This file is not UTF-8 text, so that Jupyter cannot open it. Save it in the encoding UTF-8."
	}
	return ""
}

// metadataIn returns the object "metadata" as it is written, nil if there is
// none. As in Python, the last of several is the one that counts.
func metadataIn(content []byte) (metadata []byte, f *flaw) {
	s := &scanner{text: content}
	first := s.peek()
	top := s.at
	if first != '{' {
		return nil, cmp.Or(s.value(0), s.end(), &flaw{at: top, what: notANotebook})
	}
	start, known := top, false
	f = s.object(0, func(key []byte, value int) {
		switch plain(key) {
		case "metadata":
			start, metadata, known = value, content[value:s.at], true
		case "cells", "worksheets", "nbformat":
			known = true
		}
	})
	switch f = cmp.Or(f, s.end()); {
	case f != nil:
		return nil, f
	case !known:
		return nil, &flaw{at: top, what: notANotebook}
	case metadata != nil && metadata[0] != '{':
		return nil, &flaw{at: start, what: notAnObject}
	}
	return metadata, nil
}

// Flaws of files that are JSON all the same.
const (
	notANotebook = "not a notebook"
	notAnObject  = "metadata is not an object"
)

// explain turns a flaw of content into what its author should know.
func explain(content []byte, f *flaw) *Error {
	line := 1 + bytes.Count(content[:f.at], []byte("\n"))
	switch {
	case f.what == notANotebook:
		return &Error{Line: line, Message: "This file is JSON, but not a notebook: it has neither cells nor metadata."}
	case f.what == notAnObject:
		return &Error{Line: line, Message: `The "metadata" of this notebook is not an object in braces. Mend it in a text editor, or restore an earlier version of it from git.`}
	case isConflictMark(content[f.at:]):
		return &Error{Line: line, Message: conflictMessage}
	case f.at == len(content):
		return &Error{Line: line, Message: "This notebook ends too early, as if it had been cut off. Restore a complete version of it from git."}
	}
	return &Error{Line: line, Message: "This notebook is not valid JSON: " + f.what + ". Mend it in a text editor, or restore an earlier version of it from git."}
}

// labelsIn reads the metadata of a notebook, an object that was scanned before.
func labelsIn(metadata []byte) labels {
	var l labels
	var own []byte
	members(metadata, func(key string, value []byte) {
		switch key {
		case "nbhosting":
			own = value
		case "notebookname":
			l.notebookname = plain(value)
		case "version":
			l.plainVersion = plain(value)
		}
	})
	members(own, func(key string, value []byte) {
		switch key {
		case "title":
			l.title = plain(value)
		case "version":
			l.version = plain(value)
		}
	})
	return l
}

// members shows the members of an object that was scanned before to visit;
// other values have none.
func members(object []byte, visit func(key string, value []byte)) {
	if len(object) == 0 || object[0] != '{' {
		return
	}
	s := &scanner{text: object}
	_ = s.object(0, func(key []byte, start int) { visit(plain(key), object[start:s.at]) })
}

// plain returns the text of a string; a number or a truth value as it is
// written; nothing for null, lists and objects.
func plain(value []byte) string {
	switch value[0] {
	case '{', '[', 'n':
		return ""
	case '"':
		inner := value[1 : len(value)-1]
		if bytes.IndexByte(inner, '\\') < 0 {
			return string(inner)
		}
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return ""
		}
		return text
	}
	return string(value)
}
