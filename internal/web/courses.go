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
	mux.Handle("PATCH /api/courses/{course}", w.api(w.setCourse))
	mux.Handle("POST /api/courses/{course}/rename", w.job(w.renameCourse))
	mux.Handle("DELETE /api/courses/{course}", w.job(w.deleteCourse))
	mux.Handle("GET /api/courses/{course}/image", w.api(w.showCourseImage))
	mux.Handle("POST /api/courses/{course}/image", w.job(w.buildCourseImage))
	mux.Handle("GET /api/courses/{course}/builds", w.api(w.listBuilds))
	mux.Handle("POST /api/courses/{course}/builds/{build}", w.job(w.runBuild))
	mux.Handle("GET /api/courses/{course}/key", w.api(w.showKey))
	mux.Handle("POST /api/courses/{course}/key", w.api(w.renewKey))
	mux.Handle("GET /api/courses/{course}/webhook", w.api(w.showWebhook))
	mux.Handle("POST /api/courses/{course}/webhook", w.api(w.renewWebhook))
	mux.Handle("DELETE /api/courses/{course}/webhook", w.api(w.dropWebhook))
	mux.Handle("POST /api/hosts/{host}/forget", w.api(w.forgetHost))
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
