package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/course"
)

// selected chooses courses as nbh-manage does: no pattern or “*” is all; one
// without “*” is part of a name; any other is a regular expression. Archived
// courses are passed over unless they are named in full.
func selected(patterns []string) chooser { return selector{}.of(patterns) }

// namedOrSelected is for commands that took names once, and patterns later: the
// name of a course means that course alone.
func namedOrSelected(args []string) chooser { return selector{nameFirst: true}.of(args) }

type selector struct {
	nameFirst bool // a course's name is not a pattern, too
}

func (s selector) of(patterns []string) chooser {
	return func(known []course.Summary) ([]course.Summary, error) {
		if len(patterns) == 0 {
			patterns = []string{"*"}
		}
		chosen := make([]bool, len(known))
		for _, pattern := range patterns {
			isName := slices.ContainsFunc(known, func(c course.Summary) bool { return string(c.Name) == pattern })
			meant := selects(pattern)
			for i, c := range known {
				if string(c.Name) == pattern || !(s.nameFirst && isName) && active(c) && meant(string(c.Name)) {
					chosen[i] = true
				}
			}
		}
		return marked(known, chosen)
	}
}

func selects(pattern string) func(name string) bool {
	switch {
	case pattern == "" || pattern == "*":
		return func(string) bool { return true }
	case !strings.Contains(pattern, "*"):
		return func(name string) bool { return strings.Contains(name, pattern) }
	}
	r, err := regexp.Compile(pattern)
	if err != nil { // such as “*python*”, which is no regular expression but plain what it means
		return func(name string) bool { return matchesPolicy(pattern, name) }
	}
	return r.MatchString
}

// matchesPolicy compares as nbh-manage does with names of other things than
// courses: an empty pattern fits all, “=x” just x, one without “*” each name that
// it is part of; else “*” stands for any characters.
func matchesPolicy(pattern, name string) bool {
	if exact, found := strings.CutPrefix(pattern, "="); found {
		return name == exact
	}
	if !strings.Contains(pattern, "*") {
		return strings.Contains(name, pattern)
	}
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("(?s)^" + strings.Join(parts, ".*") + "$").MatchString(name) // quoted, it is a good one
}

// policyBuilds chooses builds by their names; without patterns, all that can be run.
func policyBuilds(patterns []string) func([]aBuild) ([]aBuild, error) {
	return func(known []aBuild) ([]aBuild, error) {
		chosen := make([]bool, len(known))
		for i, b := range known {
			chosen[i] = b.Runs && (len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return matchesPolicy(p, b.Name) }))
		}
		return keepBuilds(known, chosen)
	}
}
