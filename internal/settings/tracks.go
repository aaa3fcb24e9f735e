package settings

import (
	"context"
	"strings"
)

// maxListed bounds what all patterns of a course list together: every entry is
// kept, and shown.
const maxListed = 200_000

// makeTracks sets the tracks: those of YAML, else those of tracks.py, else the
// generic one.
func (e *evaluation) makeTracks(ctx context.Context) error {
	e.out.TracksFilter = texts(e.said.tracksFilter)
	file, text, err := e.highest(TracksFile)
	if err != nil {
		return err
	}
	var defined []Track
	switch {
	case e.said.tracks.said:
		if file != nil {
			e.warn(place{file: file.Path}, "This file is ignored, because %s defines the tracks. Remove one of the two.", e.said.tracks.at.file)
		}
		defined, err = e.resolveTracks(ctx, e.said.tracks.items)
	case file != nil:
		defined, err = e.runTracks(ctx, file.Path, text)
	}
	if err != nil {
		return err
	}
	e.out.Tracks = filter(&e.report, "tracks", e.said.tracksFilter, defined, func(t Track) string { return t.ID })
	if len(defined) == 0 {
		e.out.Tracks, err = e.genericTracks(ctx)
	}
	return err
}

func (e *evaluation) resolveTracks(ctx context.Context, defined []trackStatement) ([]Track, error) {
	tracks := []Track{}
	seen := map[string]bool{}
	left := maxListed
	for _, t := range defined {
		e.checkID(t.id, seen)
		track := Track{ID: t.id.text, Name: t.name.text, Description: t.description.text, Sections: []Section{}}
		for _, s := range t.sections {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if notebooks := e.resolveSection(s, &left); len(notebooks) > 0 {
				track.Sections = append(track.Sections, Section{s.name.text, notebooks})
			}
		}
		tracks = append(tracks, track)
	}
	return tracks, nil
}

// checkID reports an id that links cannot use. It keeps in seen what it has met.
func (e *evaluation) checkID(id word, seen map[string]bool) {
	if seen[id.text] {
		e.warn(id.at, "Two tracks have the id %q: links lead to the first. Give one of them another “id”.", id.text)
	}
	seen[id.text] = true
	if strings.Contains(id.text, "/") {
		e.warn(id.at, "No link can lead to a track whose id holds “/”, as %q does. Give it another “id”.", id.text)
	}
}

// resolveSection returns the notebooks of a section: the matches of each
// pattern, in the order in which the patterns are written.
func (e *evaluation) resolveSection(s sectionStatement, left *int) []string {
	var notebooks []string
	for _, w := range s.patterns {
		if *left < 0 {
			break
		}
		found := e.matches(w, s.name.text)
		if *left -= len(found); *left < 0 {
			e.fail(w.at, "The tracks list more than %d notebooks in all. What comes from here on is left out: remove patterns that repeat others.", maxListed)
			break
		}
		notebooks = append(notebooks, found...)
	}
	return notebooks
}

// matches returns the notebooks that a pattern of a section matches, if need be
// with its extension left to us.
func (e *evaluation) matches(w word, section string) []string {
	of := "the section " + quoted(section)
	for _, text := range tries(w.text) {
		p, ok := e.pattern(word{text, w.at}, of)
		if !ok {
			return nil
		}
		if found := e.notebooks.Glob(p); len(found) > 0 {
			e.checkStars(w, of)
			return found
		}
	}
	if endsInDirectories(w.text) {
		e.warn(w.at, "The pattern %q of %s matches directories, and no notebook. Write %q.", w.text, of, w.text+"/*")
		return nil
	}
	e.warn(w.at, "The pattern %q of %s matches no notebook. Mend it, or remove it.", w.text, of)
	return nil
}

// checkStars reports “**” that cannot mean what its author thinks.
func (e *evaluation) checkStars(w word, of string) {
	for name := range strings.SplitSeq(w.text, "/") {
		if name != "**" && strings.Contains(name, "**") {
			e.warn(w.at, "In the pattern %q of %s, “**” means “*”: it reaches into directories only where it stands alone between slashes.", w.text, of)
			return
		}
	}
}
