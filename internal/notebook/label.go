package notebook

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLabel bounds titles and versions, in characters. What is longer is cut,
// and ends in an ellipsis.
const MaxLabel = 200

// labels holds what metadata can say, as it is written there; an empty string
// is a matter that it does not speak of.
type labels struct {
	title, version             string // below the key "nbhosting"
	notebookname, plainVersion string // the elder keys "notebookname" and "version"
}

// info chooses among the labels of the notebook called name.
func (l labels) info(name string) Info {
	path, _ := split(name)
	return Info{
		Title:   cmp.Or(label(l.title), label(l.notebookname), oneLine(path)),
		Version: cmp.Or(label(l.version), label(l.plainVersion), DefaultVersion),
	}
}

// or fills what l leaves open from other.
func (l labels) or(other labels) labels {
	return labels{
		title:        cmp.Or(l.title, other.title),
		version:      cmp.Or(l.version, other.version),
		notebookname: cmp.Or(l.notebookname, other.notebookname),
		plainVersion: cmp.Or(l.plainVersion, other.plainVersion),
	}
}

// label returns text as one line of bounded length.
func label(text string) string {
	text = oneLine(text)
	if utf8.RuneCountInString(text) <= MaxLabel {
		return text
	}
	runes := []rune(text)
	return strings.TrimSpace(string(runes[:MaxLabel-1])) + "…"
}

// oneLine returns text as valid UTF-8 without control characters and line
// breaks of any kind, and without space around it.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimSpace(text)
}
