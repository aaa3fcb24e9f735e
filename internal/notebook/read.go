// Package notebook reads what a table of contents shows of a notebook: whether
// a file is one, its title and its version. It reads .ipynb files, and the
// headers of text notebooks as jupytext and MyST write them.
//
// Files come from authors: a file may hold anything, and is never decoded
// further than its metadata.
package notebook

import "strings"

const (
	// DefaultVersion is the version of a notebook that does not say its own.
	DefaultVersion = "0.1"
	// UnknownVersion is the version of a notebook that cannot be read.
	UnknownVersion = "n/a"
)

// Info is what a notebook says of itself.
type Info struct {
	// Title is plain text on one line: the notebook's own title, of at most
	// [MaxLabel] characters, or else its path without the extension.
	Title string
	// Version is plain text on one line, written as the notebook writes it.
	Version string
	// Notebook says whether the file is meant as a notebook: always so for
	// .ipynb; for .md and .py only when a header declares it.
	Notebook bool
}

// Read returns what the file named name, a path with slashes, says of itself in
// content. A name with another ending than .ipynb, .md and .py is no notebook.
//
// An error is always an [*Error], meant for the author of the notebook. The
// Info that comes with it is that of [Unreadable].
func Read(name string, content []byte) (Info, error) {
	var labels labels
	var declared bool
	var failure *Error
	switch title, ext := split(name); ext {
	case ".ipynb":
		declared = true
		labels, failure = readJSON(content)
	case ".md":
		labels, declared, failure = readText(content, markdown)
	case ".py":
		labels, declared, failure = readText(content, python)
	default:
		return Info{Title: oneLine(title), Version: DefaultVersion}, nil
	}
	if failure != nil {
		return Unreadable(name), failure
	}
	info := labels.info(name)
	info.Notebook = declared
	return info, nil
}

// Unreadable returns what is shown of a notebook that cannot be read: its path
// without the extension, and no version.
func Unreadable(name string) Info {
	title, _ := split(name)
	return Info{Title: oneLine(title), Version: UnknownVersion, Notebook: true}
}

// split cuts the ending of a notebook off the end of name. A name that consists
// of an ending only has none, and neither has one with another ending.
func split(name string) (title, ext string) {
	for _, ext := range []string{".ipynb", ".md", ".py"} {
		if title, found := strings.CutSuffix(name, ext); found && title != "" && !strings.HasSuffix(title, "/") {
			return title, ext
		}
	}
	return name, ""
}
