package web

import (
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
)

// CourseChanges is the body of a request to change a course; what is left out
// stays as it is.
type CourseChanges struct {
	Image     *string `json:"image,omitempty"`
	GitURL    *string `json:"giturl,omitempty"`
	Branch    *string `json:"branch,omitempty"`  // empty: the repository's default
	Network   *string `json:"network,omitempty"` // empty: what the site says
	Autopull  *bool   `json:"autopull,omitempty"`
	Autobuild *bool   `json:"autobuild,omitempty"`
	Archived  *bool   `json:"archived,omitempty"`
}

func (w *Web) setCourse(r *http.Request) (any, error) {
	var body CourseChanges
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Courses.Set(r.Context(), name, course.Changes(body)); err != nil {
		return nil, err
	}
	return w.Courses.Summary(r.Context(), name)
}

// Rename is the body of a request to rename a course.
type Rename struct {
	To    string `json:"to"`
	Force bool   `json:"force"` // also if servers of it run: they are stopped politely
}

func (w *Web) renameCourse(r *http.Request) (nbhosting.Job, error) {
	var body Rename
	if err := readJSON(r, &body); err != nil {
		return nbhosting.Job{}, err
	}
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Job{}, err
	}
	to, err := nbhosting.ParseCourseName(body.To)
	if err != nil {
		return nbhosting.Job{}, err
	}
	return w.Upkeep.Rename(r.Context(), name, to, course.RenameOptions{Force: body.Force})
}

// deleteCourse deletes a course; with "force" in the query also if servers of it
// run, with "purge" together with the work of its students.
func (w *Web) deleteCourse(r *http.Request) (nbhosting.Job, error) {
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Job{}, err
	}
	said := func(key string) bool { return r.URL.Query().Get(key) == "1" }
	return w.Upkeep.Delete(r.Context(), name, course.DeleteOptions{Force: said("force"), Purge: said("purge")})
}
