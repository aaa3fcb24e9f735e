package notebook

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// filter says which keys on the first level of a MyST header are metadata of the
// notebook. The others are front matter of the page: jupytext writes
// "-title,-version" when both exist, or "-all,nbhosting" to name what counts.
type filter string

// filterOf returns the filter that the metadata in n, if any, speak of.
func filterOf(n *yaml.Node) filter {
	return filter(text(child(n, "jupytext", "root_level_metadata_filter")))
}

func (f filter) keeps(key string) bool {
	entries := strings.Split(string(f), ",")
	for i := range entries {
		entries[i] = strings.TrimPrefix(strings.TrimSpace(entries[i]), "+")
	}
	if slices.Contains(entries, "-all") && !slices.Contains(entries, "all") {
		return slices.Contains(entries, key)
	}
	return !slices.Contains(entries, "-"+key)
}

// of returns what f keeps of l.
func (f filter) of(l labels) labels {
	if !f.keeps("nbhosting") {
		l.title, l.version = "", ""
	}
	if !f.keeps("notebookname") {
		l.notebookname = ""
	}
	if !f.keeps("version") {
		l.plainVersion = ""
	}
	return l
}
