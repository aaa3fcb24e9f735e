package settings

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Track is a table of contents of a course.
type Track struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Sections    []Section `json:"sections"`
}

// Section is a part of a track.
type Section struct {
	Name      string   `json:"name"`
	Notebooks []string `json:"notebooks"` // paths with their extension, never none
}

// TrackID returns the id of a track that has but a name.
func TrackID(name string) string {
	return strings.NewReplacer(" ", "-", "&", "and").Replace(name)
}

// trackStatement and sectionStatement are what YAML says of a track, before
// patterns are looked up.
type trackStatement struct {
	id, name, description word
	sections              []sectionStatement
	at                    place
}

type sectionStatement struct {
	name     word
	patterns []word
}

func (r *reader) track(n *yaml.Node) (trackStatement, bool) {
	var t trackStatement
	hasSections := false
	ok := r.fields(n, "a track", nil, map[string]func(*yaml.Node){
		"id":          r.into(&t.id, "The “id” of a track"),
		"name":        r.into(&t.name, "The “name” of a track"),
		"description": r.into(&t.description, "The “description” of a track"),
		"sections": func(n *yaml.Node) {
			hasSections = true
			for _, item := range r.items(n, "“sections”") {
				if s, ok := r.section(item); ok {
					t.sections = append(t.sections, s)
				}
			}
		},
	})
	if !ok {
		return t, false
	}
	t.at = r.place(n)
	if t.name.text == "" {
		t.name = word{} // nothing to click on, and no id to be had from it
	}
	r.orDefault(&t.name, "name", "A track", t.at)
	r.orDefault(&t.description, "description", "The track "+quoted(t.name.text), t.at)
	if t.id.text == "" {
		t.id = word{TrackID(t.name.text), t.at}
	}
	if !hasSections {
		r.warn(t.at, "The track %q has no “sections”, and is empty. Give it some, or look at the indentation.", t.name.text)
	}
	return t, true
}

func (r *reader) section(n *yaml.Node) (sectionStatement, bool) {
	var s sectionStatement
	hasNotebooks := false
	ok := r.fields(n, "a section", nil, map[string]func(*yaml.Node){
		"name": r.into(&s.name, "The “name” of a section"),
		"notebooks": func(n *yaml.Node) {
			hasNotebooks = true
			s.patterns = r.words(n, "“notebooks”")
		},
	})
	if !ok {
		return s, false
	}
	r.orDefault(&s.name, "name", "A section", r.place(n))
	if !hasNotebooks {
		r.warn(r.place(n), "The section %q has no “notebooks”, and is left out. Give it some, or look at the indentation.", s.name.text)
	}
	return s, true
}

// orDefault gives a text that was not said the word for it, as existing sites do.
func (r *reader) orDefault(to *word, key, what string, at place) {
	if to.at == (place{}) {
		*to = word{key, at}
		r.warn(at, "%s has no “%s”: students read %q in its place. Give it one.", what, key, key)
	}
}

func quoted(s string) string { return "“" + s + "”" }
