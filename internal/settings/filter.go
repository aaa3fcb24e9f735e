package settings

import (
	"slices"
	"strings"
)

// filter keeps those of all whose id is among the words of a filter; a filter
// without words keeps all.
func filter[T any](r *report, what string, words []word, all []T, id func(T) string) []T {
	if len(words) == 0 {
		return all
	}
	if len(all) == 0 {
		if r.count[SeverityError] == 0 { // else they may be there, and wrong
			r.warn(words[0].at, "“%s-filter” has nothing to choose from: no %s are defined. Define some, or remove it.", what, what)
		}
		return all
	}
	ids := make([]string, len(all))
	for i, v := range all {
		ids[i] = id(v)
	}
	for _, w := range words {
		if !slices.Contains(ids, w.text) {
			r.warn(w.at, "“%s-filter” keeps %q, which is the id of none of the %s. There are: %s.", what, w.text, what, strings.Join(ids, ", "))
		}
	}
	kept := []T{}
	for i, v := range all {
		if slices.ContainsFunc(words, func(w word) bool { return w.text == ids[i] }) {
			kept = append(kept, v)
		}
	}
	if len(kept) == 0 {
		r.warn(words[0].at, "“%s-filter” leaves none of the %s. Name an id that exists, or remove the filter.", what, what)
	}
	return kept
}
