package settings

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// hide finds the files that never reach a student, and keeps the other
// notebooks. A pattern that matches a directory hides all that is in it.
func (e *evaluation) hide(ctx context.Context) error {
	e.out.Hidden = texts(e.said.hidden)
	e.out.HiddenPaths = []string{}
	visible := e.in.Notebooks
	e.paths = e.in.Paths
	if len(e.said.hidden) > 0 {
		all := NewIndex(slices.Concat(e.in.Paths, e.in.Notebooks))
		hidden := map[string]bool{}
		for _, w := range e.said.hidden {
			if err := ctx.Err(); err != nil {
				return err
			}
			e.hidePattern(all, w, hidden)
		}
		isHidden := func(path string) bool { return hidden[path] }
		e.out.HiddenPaths = slices.DeleteFunc(all.paths, func(path string) bool { return !isHidden(path) })
		visible = slices.DeleteFunc(slices.Clone(visible), isHidden)
		e.paths = slices.DeleteFunc(slices.Clone(e.paths), isHidden)
	}
	e.notebooks = NewIndex(visible)
	return nil
}

// Hide returns those of paths that the patterns of “hidden” keep from students,
// sorted by components.
func Hide(patterns, paths []string) []string {
	e := evaluation{in: Input{Paths: paths}}
	for _, p := range patterns {
		e.said.hidden = append(e.said.hidden, word{text: p})
	}
	if err := e.hide(context.Background()); err != nil {
		return nil // it cannot: nothing ends that context
	}
	return e.out.HiddenPaths
}

// composed returns the components of a path with accents in one form (NFC,
// Unicode Standard Annex 15).
func (x Index) composed(i int) []string {
	if norm.NFC.IsNormalString(x.paths[i]) {
		return x.names[i]
	}
	return strings.Split(norm.NFC.String(x.paths[i]), "/")
}

func (e *evaluation) hidePattern(all Index, w word, hidden map[string]bool) {
	found := false
	for _, text := range tries(w.text) {
		p, ok := e.pattern(word{text, w.at}, "“hidden”")
		if !ok {
			return
		}
		composed := p
		if c, err := ParsePattern(norm.NFC.String(text)); err == nil {
			composed = c
		}
		for i, names := range all.names {
			// An accent can be written in two ways that nobody can tell apart: either hides.
			if p.matchesAbove(names) || composed.matchesAbove(all.composed(i)) {
				hidden[all.paths[i]] = true
				found = true
			}
		}
		if found {
			return
		}
	}
	e.warn(w.at, "The pattern %q of “hidden” matches no file, and hides nothing. Mend it, or remove it.", w.text)
}

// tries returns the pattern, and what stands for it where it matches nothing.
func tries(pattern string) []string {
	if endsInDirectories(pattern) {
		return []string{pattern}
	}
	return []string{pattern, pattern + ".*"}
}

// endsInDirectories tells whether the last component of a pattern is “**”.
func endsInDirectories(pattern string) bool {
	return pattern == "**" || strings.HasSuffix(pattern, "/**")
}

// pattern reads a pattern, or reports why it cannot.
func (e *evaluation) pattern(w word, of string) (Pattern, bool) {
	p, err := ParsePattern(w.text)
	if err != nil {
		e.warn(w.at, "The pattern %q of %s is refused: it %v. Write it from the top of the repository, as in w1/*.ipynb.", w.text, of, err)
		return Pattern{}, false
	}
	return p, true
}
