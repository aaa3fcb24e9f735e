package settings

import (
	"context"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nbhosting/nbhosting"
)

// DefaultMappings are those of a course that says nothing about it.
func DefaultMappings() []nbhosting.StaticMapping {
	return []nbhosting.StaticMapping{
		{Source: "media", Destination: "media"},
		{Source: "data", Destination: "data"},
	}
}

// maxMappings bounds the static mappings of a course: each is looked up among all
// files, and becomes a link at every opening.
const maxMappings = 1000

// mappingStatement is a static mapping as it is written.
type mappingStatement struct {
	source, destination string
	at                  place
}

func (r *reader) mapping(n *yaml.Node) (mappingStatement, bool) {
	var source, destination word
	ok := r.fields(n, "a static mapping", nil, map[string]func(*yaml.Node){
		"source":      r.into(&source, "The “source” of a static mapping"),
		"destination": r.into(&destination, "The “destination” of a static mapping"),
	})
	if ok && (source.text == "" || destination.text == "") {
		r.warn(r.place(n), "A static mapping is ignored: it needs a “source”, which is the name of the link, and a “destination”, which is a path in the repository.")
		ok = false
	}
	return mappingStatement{source.text, destination.text, r.place(n)}, ok
}

// mapStatic sets the static mappings, and which of them lead somewhere.
func (e *evaluation) mapStatic(context.Context) error {
	file, text, err := e.highest(MappingsFile)
	if err != nil {
		return err
	}
	said := e.said.mappings
	switch {
	case said.said && file != nil:
		e.warn(place{file: file.Path}, "This file is ignored, because %s speaks of static mappings. Remove one of the two.", said.at.file)
	case file != nil:
		if text, said.said = e.textOf(text, file.Path); said.said {
			said.items = e.mappingLines(file.Path, text)
		}
	}
	if !said.said {
		e.out.StaticMappings = DefaultMappings()
		e.out.Links = e.leading(e.out.StaticMappings)
		return nil
	}
	e.checkMappings(said.items)
	return nil
}

// mappingLines reads a file static-mappings: lines of the form LINK -> PATH.
func (e *evaluation) mappingLines(file, text string) []mappingStatement {
	var out []mappingStatement
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		at := place{file, i + 1}
		source, destination, found := strings.Cut(line, "->")
		source, destination = strings.TrimSpace(source), strings.TrimSpace(destination)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.Contains(line, "#"):
			e.warn(at, "This line is ignored: it holds “#”. Put the comment on a line of its own.")
		case !found || strings.Contains(destination, "->") || source == "" || destination == "":
			e.warn(at, "This line is ignored: write it as in data -> path/to/data.")
		default:
			out = append(out, mappingStatement{source, destination, at})
		}
	}
	return out
}

// checkMappings keeps the mappings that can be made, and finds those that lead somewhere.
func (e *evaluation) checkMappings(said []mappingStatement) {
	mappings := []nbhosting.StaticMapping{}
	leading := []nbhosting.StaticMapping{}
	if len(said) > maxMappings {
		e.fail(said[maxMappings].at, "There are more than %d static mappings. What comes from here on is left out: let some lead to directories.", maxMappings)
		said = said[:maxMappings]
	}
	for _, s := range said {
		m := nbhosting.StaticMapping{Source: strings.TrimSuffix(strings.TrimPrefix(s.source, "./"), "/"), Destination: path.Clean(s.destination)}
		if !e.canLink(m, s.at) {
			continue
		}
		mappings = append(mappings, m)
		if len(e.leading([]nbhosting.StaticMapping{m})) == 0 {
			e.warn(s.at, "The static mapping %q makes no link: %q is not in the repository, or hidden. Mend its path, or remove the mapping.", m.Source, m.Destination)
			continue
		}
		same := func(l nbhosting.StaticMapping) bool { return l.Source == m.Source }
		if i := slices.IndexFunc(leading, same); i >= 0 {
			if leading[i] != m {
				e.warn(s.at, "Two static mappings are called %q: the link leads to %q. Remove the other.", m.Source, m.Destination)
			}
			leading = slices.DeleteFunc(leading, same)
		}
		leading = append(leading, m)
	}
	e.out.StaticMappings, e.out.Links = mappings, leading
}

// canLink tells whether a mapping stays beside the notebook on one side and in
// the repository on the other.
func (e *evaluation) canLink(m nbhosting.StaticMapping, at place) bool {
	switch {
	case m.Source == "." || m.Source == ".." || strings.ContainsAny(m.Source, "/\x00"):
		e.warn(at, "The static mapping %q is ignored: the link lies beside the notebook, so that its name cannot hold “/”.", m.Source)
	case m.Destination == "." || leaves(m.Destination) || strings.Contains(m.Destination, "\x00"):
		e.warn(at, "The static mapping %q is ignored: %q is not a path in the repository. Write it from the top, without “..”.", m.Source, m.Destination)
	default:
		return true
	}
	return false
}

// leading returns the mappings whose target is in the repository, and not all of it hidden.
func (e *evaluation) leading(mappings []nbhosting.StaticMapping) []nbhosting.StaticMapping {
	out := []nbhosting.StaticMapping{}
	for _, m := range mappings {
		if slices.ContainsFunc(e.paths, func(p string) bool {
			rest, found := strings.CutPrefix(p, m.Destination)
			return found && (rest == "" || rest[0] == '/')
		}) {
			out = append(out, m)
		}
	}
	return out
}

// leaves tells whether a relative path leads out of where it starts, or is
// written from the root.
func leaves(p string) bool {
	clean := path.Clean(p)
	return path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../")
}
