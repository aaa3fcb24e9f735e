package settings

import (
	"context"

	"github.com/nbhosting/nbhosting"
)

// TracksProgram is a tracks.py, and what it may know.
type TracksProgram struct {
	Course    nbhosting.CourseName
	File      string   // as findings name it
	Text      string   // the program
	Notebooks []string // those that are not hidden, sorted by components
	Listed    []string // those of them that the generic track lists
	Hidden    []string // files that it must not see
}

// TracksAnswer is what a tracks.py says. Without tracks, the generic one stands in.
type TracksAnswer struct {
	Tracks   []Track // none of their lists is nil; their notebooks exist
	Findings []Finding
}

// runTracks returns the tracks that a tracks.py defines.
func (e *evaluation) runTracks(ctx context.Context, file, text string) ([]Track, error) {
	at := place{file: file}
	if e.in.RunTracks == nil {
		e.warn(at, "This site does not run this file: the generic track stands in for its tracks. Write them in nbhosting.yaml to see them.")
		return nil, nil
	}
	listed, err := e.listNotebooks(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := e.in.RunTracks(ctx, TracksProgram{
		Course: e.in.Course, File: file, Text: text,
		Notebooks: e.notebooks.paths, Listed: listed, Hidden: e.out.HiddenPaths,
	})
	if err != nil {
		return nil, err
	}
	for _, f := range answer.Findings {
		e.add(f.Severity, place{f.File, f.Line}, "%s", []any{f.Message})
	}
	seen := map[string]bool{}
	for _, t := range answer.Tracks {
		e.checkID(word{t.ID, at}, seen)
	}
	return answer.Tracks, nil
}
