package web

import (
	"net/http"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
)

// NewImage is the body of a request to build the image of a course.
type NewImage struct {
	NoCache bool `json:"no_cache"` // anew from its first step
}

func (w *Web) buildCourseImage(r *http.Request) (nbhosting.Job, error) {
	var body NewImage
	if err := readJSON(r, &body); err != nil {
		return nbhosting.Job{}, err
	}
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Job{}, err
	}
	return w.Upkeep.BuildImage(r.Context(), name, body.NoCache)
}

func (w *Web) showCourseImage(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	return w.Upkeep.ImageDetails(r.Context(), name)
}

// BuildLine is one build of a course.
type BuildLine struct {
	build.Status
	URL string `json:"url,omitempty"` // where its book is read; empty: there is none yet
}

func (w *Web) listBuilds(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	all, err := w.Upkeep.Builds.Status(r.Context(), name)
	if err != nil {
		return nil, err
	}
	lines := make([]BuildLine, len(all))
	for i, s := range all {
		lines[i].Status = s
		if s.Path != "" {
			lines[i].URL = strings.TrimSuffix(w.PublicURL, "/") + s.Path
		}
	}
	return lines, nil
}

// NewBuild is the body of a request to run a build.
type NewBuild struct {
	Force bool `json:"force"` // also if it is up to date
}

func (w *Web) runBuild(r *http.Request) (nbhosting.Job, error) {
	var body NewBuild
	if err := readJSON(r, &body); err != nil {
		return nbhosting.Job{}, err
	}
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Job{}, err
	}
	return w.Upkeep.RunBuild(r.Context(), name, r.PathValue("build"), body.Force)
}
