package git

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// isPerson matches who a line of a commit names, and when, as git writes that itself.
var isPerson = regexp.MustCompile(`^[^<>\x00-\x1f]+ <[^<>\x00-\x1f]*> (?:0|[1-9][0-9]{0,11}) [+-][0-9]{4}$`).MatchString

// Recommit returns the text of a commit that is like another one, of which text
// is given, but for its tree and its parent; an empty parent is none. Signatures
// are left out: they are of the other one.
func Recommit(text, tree, parent string) string {
	header, message, _ := strings.Cut(text, "\n\n")
	said := map[string]string{}
	for line := range strings.Lines(header + "\n") {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if _, known := said[key]; !known {
			said[key] = value
		}
	}
	lines := []string{"tree " + tree}
	if parent != "" {
		lines = append(lines, "parent "+parent)
	}
	for _, key := range []string{"author", "committer"} {
		if !isPerson(said[key]) { // no git would take it
			date, err := committed(text)
			if err != nil || date.Unix() < 0 || date.Unix() >= 1e12 {
				date = time.Unix(0, 0)
			}
			said[key] = fmt.Sprintf("nbhosting <nbhosting@localhost> %d +0000", date.Unix())
		}
		lines = append(lines, key+" "+said[key])
	}
	if encoding := said["encoding"]; encoding != "" && !strings.ContainsFunc(encoding, func(r rune) bool { return r < ' ' }) {
		lines = append(lines, "encoding "+encoding)
	}
	return strings.Join(slices.Concat(lines, []string{"", strings.ReplaceAll(message, "\x00", "")}), "\n")
}

// IsOfTree tells whether a commit, of which text is given, is of a tree.
func IsOfTree(text, tree string) bool { return strings.HasPrefix(text, "tree "+tree+"\n") }
