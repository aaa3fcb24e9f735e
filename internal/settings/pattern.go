package settings

import (
	"errors"
	"strings"
)

// Pattern is a glob pattern with the meaning that Python's Path.glob gives it:
// case counts, “*”, “?” and “[…]” stay within one component and match leading
// dots, “**” as a component stands for any number of directories.
type Pattern struct {
	components []component
	recursive  bool   // one of them is “**”
	literal    string // how every match begins
	dirOnly    bool   // it ends in “/” or “**”: no file matches
}

// Why a text is no pattern.
var (
	ErrPatternEmpty    = errors.New("is empty")
	ErrPatternAbsolute = errors.New("begins with “/”")
	ErrPatternLeaves   = errors.New("holds “..”")
)

// component is what a pattern says of one component of paths.
type component struct {
	recursive bool    // “**”
	tokens    []token // nil: name is meant as it is
	name      string
}

// ParsePattern reads a pattern. “**” within a longer component means “*”.
func ParsePattern(s string) (Pattern, error) {
	if strings.HasPrefix(s, "/") {
		return Pattern{}, ErrPatternAbsolute
	}
	p := Pattern{dirOnly: strings.HasSuffix(s, "/")}
	var names []string
	for name := range strings.SplitSeq(s, "/") {
		switch name {
		case "", ".":
		case "..":
			return Pattern{}, ErrPatternLeaves
		default:
			names = append(names, name)
			p.components = append(p.components, parseComponent(name))
			p.recursive = p.recursive || name == "**"
		}
	}
	if len(names) == 0 {
		return Pattern{}, ErrPatternEmpty
	}
	if p.components[len(names)-1].recursive {
		p.dirOnly = true
	}
	joined := strings.Join(names, "/")
	if i := strings.IndexAny(joined, "*?["); i >= 0 {
		joined = joined[:i]
	}
	p.literal = joined
	return p, nil
}

func parseComponent(name string) component {
	switch {
	case name == "**":
		return component{recursive: true}
	case !strings.ContainsAny(name, "*?["):
		return component{name: name}
	}
	return component{tokens: tokenize(name)}
}

func (c component) match(name string) bool {
	if c.tokens == nil {
		return c.name == name
	}
	return matchTokens(c.tokens, name)
}

// Match tells whether the pattern matches the file at path.
func (p Pattern) Match(path string) bool { return p.matchFile(strings.Split(path, "/")) }

func (p Pattern) matchFile(names []string) bool {
	return !p.dirOnly && p.matchComponents(names)
}

// matchesAbove tells whether the pattern matches the file, or a directory that it is in.
func (p Pattern) matchesAbove(names []string) bool {
	if p.matchFile(names) {
		return true
	}
	for n := range names {
		if p.matchComponents(names[:n]) {
			return true
		}
	}
	return false
}

// matchComponents goes through both sides once; where a name does not match, it
// comes back to the last “**” and lets that stand for one directory more.
func (p Pattern) matchComponents(names []string) bool {
	pattern := p.components
	if !p.recursive && len(pattern) != len(names) {
		return false
	}
	// The name of the file tells most paths apart.
	if end := pattern[len(pattern)-1]; !end.recursive && (len(names) == 0 || !end.match(names[len(names)-1])) {
		return false
	}
	i, n := 0, 0
	last, lastN := -1, 0
	for n < len(names) {
		switch {
		case i < len(pattern) && pattern[i].recursive:
			last, lastN = i, n
			i++
		case i < len(pattern) && pattern[i].match(names[n]):
			i++
			n++
		case last >= 0:
			lastN++
			i, n = last+1, lastN
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i].recursive {
		i++
	}
	return i == len(pattern)
}
