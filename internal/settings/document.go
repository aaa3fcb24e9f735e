package settings

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxValues bounds the values read from a file, each use of an alias counted again.
const maxValues = 100_000

// reader reads the YAML file of one layer into what is said.
type reader struct {
	*report
	file   string
	said   *statements
	budget int // values that may still be read
}

func (r *reader) place(n *yaml.Node) place { return place{r.file, n.Line} }

// document reads a whole file.
func (r *reader) document(content string) {
	text, ok := r.textOf(content, r.file)
	if !ok {
		return
	}
	documents, err := parse(text)
	switch {
	case err != nil:
		r.invalid(text, err)
	case len(documents) > 1:
		r.fail(r.place(documents[1]), "A second YAML document begins here. Remove the line “---” before it: the settings of a course are one document.")
	case len(documents) == 1 && !isNull(documents[0]): // else nothing but comments
		r.top(documents[0])
	}
}

// top reads the keys at the top of the file.
func (r *reader) top(n *yaml.Node) {
	r.fields(n, "nbhosting.yaml", nil, map[string]func(*yaml.Node){
		"general": func(n *yaml.Node) {
			if isNull(n) {
				r.warn(r.place(n), "“general” has no value. Remove it, or give it keys.")
				return
			}
			r.fields(n, "“general”", nil, map[string]func(*yaml.Node){"notebook-url-format": r.urlFormat})
		},
		"tracks":          func(n *yaml.Node) { extend(r, &r.said.tracks, n, "tracks", r.track) },
		"static-mappings": func(n *yaml.Node) { extend(r, &r.said.mappings, n, "static-mappings", r.mapping) },
		"builds":          func(n *yaml.Node) { extend(r, &r.said.builds, n, "builds", r.build) },
		"tracks-filter":   func(n *yaml.Node) { r.said.tracksFilter = r.words(n, "“tracks-filter”") },
		"builds-filter":   func(n *yaml.Node) { r.said.buildsFilter = r.words(n, "“builds-filter”") },
		"hidden":          func(n *yaml.Node) { r.said.hidden = append(r.said.hidden, r.words(n, "“hidden”")...) },
		"bar":             r.bar,
	})
}

// extend adds to a list what the node n, called key, says.
func extend[T any](r *reader, to *list[T], n *yaml.Node, key string, read func(*yaml.Node) (T, bool)) {
	to.said, to.at = true, r.place(n)
	for _, item := range r.items(n, "“"+key+"”") {
		if v, ok := read(item); ok {
			to.items = append(to.items, v)
		}
	}
}

func (r *reader) bar(n *yaml.Node) {
	w, ok := r.scalar(n, "“bar”")
	if !ok {
		return
	}
	var value bool
	switch strings.ToLower(w.text) {
	case "true", "yes", "on":
		value = true
	case "false", "no", "off":
	default:
		r.fail(w.at, "“bar” is %q. Write true, or false for Jupyter without the page around it.", w.text)
		return
	}
	r.said.bar = &value
}

// urlFormat reads where notebooks are below a server's address.
func (r *reader) urlFormat(n *yaml.Node) {
	w, ok := r.text(n, "“notebook-url-format”")
	switch {
	case !ok:
	case !strings.Contains(w.text, "{notebook}"):
		r.warn(w.at, "“notebook-url-format” is ignored: it does not hold {notebook}. Write it as in notebooks/{notebook}.")
	case strings.ContainsFunc(w.text, isControl) || slices.Contains(strings.Split(w.text, "/"), ".."):
		r.warn(w.at, "“notebook-url-format” is ignored: %q leads out of the server. Write it as in notebooks/{notebook}.", w.text)
	default:
		r.said.urlFormat = w.text
	}
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }
