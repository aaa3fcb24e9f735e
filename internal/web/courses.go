package web

import (
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
)

func (w *Web) courseRoutes(mux *http.ServeMux) {
	mux.Handle("GET /api/courses", w.api(w.listCourses))
	mux.Handle("POST /api/courses", w.job(w.createCourse))
	mux.Handle("GET /api/courses/{course}", w.api(w.showCourse))
	mux.Handle("POST /api/courses/{course}/pull", w.job(w.pullCourse))
	mux.Handle("POST /api/courses/{course}/image", w.job(w.buildCourseImage))
	mux.Handle("POST /api/courses/{course}/builds/{build}", w.job(w.runBuild))
}

func courseOf(r *http.Request) (nbhosting.CourseName, error) {
	return nbhosting.ParseCourseName(r.PathValue("course"))
}

func (w *Web) listCourses(r *http.Request) (any, error) { return w.Courses.List(r.Context()) }

func (w *Web) showCourse(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	return w.Courses.Show(r.Context(), name)
}

// NewCourse is the body of a request to create a course.
type NewCourse struct {
	Name   string `json:"name"`
	GitURL string `json:"giturl"`
	Image  string `json:"image"`  // empty: that of the course itself
	Branch string `json:"branch"` // empty: the repository's default
}

func (w *Web) createCourse(r *http.Request) (nbhosting.Job, error) {
	var body NewCourse
	if err := readJSON(r, &body); err != nil {
		return nbhosting.Job{}, err
	}
	name, err := nbhosting.ParseCourseName(body.Name)
	if err != nil {
		return nbhosting.Job{}, err
	}
	if body.Image == "" {
		body.Image = image.OwnName(name)
	}
	return w.Upkeep.Create(r.Context(), nbhosting.Course{Name: name, GitURL: body.GitURL, Image: body.Image, Branch: body.Branch})
}

func (w *Web) pullCourse(r *http.Request) (nbhosting.Job, error) {
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Job{}, err
	}
	return w.Upkeep.Pull(r.Context(), name)
}

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
