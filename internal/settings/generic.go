package settings

import (
	"context"
	"path"
	"slices"
	"strings"
)

// GenericTrack returns the track that stands in where a course defines none,
// without its sections.
func GenericTrack() Track {
	return Track{
		ID: "generic", Name: "generic",
		Description: "generated track from all ipynb's found in repo",
		Sections:    []Section{},
	}
}

// genericTracks returns the one track of a course that defines none: all
// notebooks, a section for each directory.
func (e *evaluation) genericTracks(ctx context.Context) ([]Track, error) {
	listed, err := e.listNotebooks(ctx)
	if err != nil {
		return nil, err
	}
	track := GenericTrack()
	byDir := map[string]int{}
	for _, file := range listed {
		dir := path.Dir(file)
		i, known := byDir[dir]
		if !known {
			i = len(track.Sections)
			byDir[dir] = i
			track.Sections = append(track.Sections, Section{Name: dir})
		}
		track.Sections[i].Notebooks = append(track.Sections[i].Notebooks, file)
	}
	sortSections(track.Sections)
	return []Track{track}, nil
}

// listNotebooks returns the notebooks that the generic track lists, sorted.
func (e *evaluation) listNotebooks(ctx context.Context) ([]string, error) {
	if e.listed != nil {
		return e.listed, nil
	}
	e.listed = []string{}
	for _, file := range e.notebooks.paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		listed, err := e.isListed(file)
		if err != nil {
			return nil, err
		}
		if listed {
			e.listed = append(e.listed, file)
		}
	}
	return e.listed, nil
}

// isListed tells whether the generic track lists a file: a notebook that is not
// under a hidden directory, which .ipynb_checkpoints is, too.
func (e *evaluation) isListed(file string) (bool, error) {
	dir, _ := path.Split(file)
	if strings.HasPrefix(dir, ".") || strings.Contains(dir, "/.") {
		return false, nil
	}
	if name := path.Base(file); path.Ext(name) == ".ipynb" && name != ".ipynb" {
		return true, nil
	}
	return e.in.IsNotebook(file)
}

// sortSections orders sections by the components of their directories, the top first.
func sortSections(sections []Section) {
	slices.SortFunc(sections, func(a, b Section) int {
		switch {
		case a.Name == ".":
			return -1
		case b.Name == ".":
			return 1
		}
		return ComparePaths(a.Name, b.Name)
	})
}
