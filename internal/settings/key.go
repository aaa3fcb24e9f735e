package settings

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// unknown reports a key that means nothing where it is.
func (r *reader) unknown(key *yaml.Node, what string, known []string) {
	if home := homeOf(key.Value); home != "" && home != what {
		r.warn(r.place(key), "The key %q is not known in %s, and is ignored. It belongs in %s: look at the indentation.", key.Value, what, home)
		return
	}
	r.warn(r.place(key), "The key %q is not known in %s, and is ignored. The nearest known one is %q.", key.Value, what, nearest(key.Value, known))
}

// homeOf returns where a key belongs that is known in one place only.
func homeOf(key string) string {
	switch key {
	case "general", "tracks", "tracks-filter", "static-mappings", "builds", "builds-filter", "hidden", "bar":
		return "nbhosting.yaml"
	case "notebook-url-format":
		return "“general”"
	case "sections":
		return "a track"
	case "notebooks":
		return "a section"
	case "source", "destination":
		return "a static mapping"
	case "script", "directory", "result_folder", "entry_point", "external_url":
		return "a build"
	}
	return ""
}

// nearest returns the one of known that key shortens, else that which differs from
// it by the fewest edits; case, dashes and underscores do not count.
func nearest(key string, known []string) string {
	best, least := "", -1
	for _, k := range known {
		if len(key) > 2 && strings.HasPrefix(plain(k), plain(key)) {
			return k
		}
		if d := distance(plain(key), plain(k)); least < 0 || d < least {
			best, least = k, d
		}
	}
	return best
}

func plain(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "_")) }

// distance returns the number of characters to insert, delete or replace to
// make b from a. Only the first hundred of each are looked at.
func distance(a, b string) int {
	x, y := firstRunes(a, 100), firstRunes(b, 100)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, c := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, d := range y {
			replaced := diagonal
			if c != d {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

func firstRunes(s string, n int) []rune {
	runes := []rune(s)
	return runes[:min(n, len(runes))]
}
