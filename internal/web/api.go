package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
)

// ImageBuilder builds the images that courses start from.
type ImageBuilder interface {
	BuildCore(ctx context.Context, options image.Options, log io.Writer) error
}

// API is for who administers the site: it is served where only they can reach it.
func (w *Web) API() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/courses", w.api(w.listCourses))
	mux.Handle("POST /api/courses", w.long(w.createCourse))
	mux.Handle("GET /api/courses/{course}", w.api(w.showCourse))
	mux.Handle("POST /api/courses/{course}/pull", w.long(w.pullCourse))
	mux.Handle("GET /api/servers", w.api(w.listServers))
	mux.Handle("DELETE /api/servers/{course}/{student}", w.api(w.stopServer))
	mux.Handle("POST /api/images/core", w.long(w.buildCoreImages))
	mux.Handle("/", w.api(func(*http.Request) (any, error) {
		return nil, nbhosting.Errorf(nbhosting.NotFound, "The API has nothing at this address.")
	}))
	return mux
}

// APIError is the answer of the API to what failed.
type APIError struct {
	Kind    string `json:"kind"` // word of a nbhosting.Kind
	Message string `json:"message"`
}

// api turns a function into a handler that answers its result as JSON.
func (w *Web) api(call func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		result, err := call(r)
		code := http.StatusOK
		if err != nil {
			w.logFailure(r, err)
			result, code = apiError(err), statusOf(err)
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(code)
		if err := json.NewEncoder(rw).Encode(result); err != nil {
			w.Logger.Debug("an answer of the API was not read", "err", err)
		}
	})
}

func apiError(err error) APIError {
	message := nbhosting.MessageOf(err)
	if nbhosting.KindOf(err) == nbhosting.Internal {
		message = err.Error() // who can reach the API may know
	}
	return APIError{Kind: nbhosting.KindOf(err).String(), Message: message}
}

func courseOf(r *http.Request) (nbhosting.CourseName, error) {
	return nbhosting.ParseCourseName(r.PathValue("course"))
}

// CourseLine is one course in the list of all.
type CourseLine struct {
	Name   nbhosting.CourseName `json:"name"`
	GitURL string               `json:"giturl"`
	Image  string               `json:"image"`
	Commit string               `json:"commit"` // empty before the first pull
}

func (w *Web) listCourses(r *http.Request) (any, error) {
	courses, err := w.Courses.Courses(r.Context())
	if err != nil {
		return nil, err
	}
	lines := make([]CourseLine, 0, len(courses))
	for _, c := range courses {
		d, err := w.Courses.Show(r.Context(), c.Name)
		if err != nil {
			return nil, err
		}
		line := CourseLine{Name: d.Name, GitURL: d.GitURL, Image: d.Image}
		if d.Revision != nil {
			line.Commit = d.Revision.Commit
		}
		lines = append(lines, line)
	}
	return lines, nil
}

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
	Image  string `json:"image"` // empty: the name of the course
}

func (w *Web) createCourse(r *http.Request) (func(context.Context, io.Writer) error, error) {
	var body NewCourse
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	name, err := nbhosting.ParseCourseName(body.Name)
	if err != nil {
		return nil, err
	}
	if body.Image == "" {
		body.Image = body.Name
	}
	c := nbhosting.Course{Name: name, GitURL: body.GitURL, Image: body.Image}
	return func(ctx context.Context, log io.Writer) error { return w.Courses.Create(ctx, c, log) }, nil
}

func (w *Web) pullCourse(r *http.Request) (func(context.Context, io.Writer) error, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, log io.Writer) error { return w.Courses.Pull(ctx, name, log) }, nil
}

func (w *Web) buildCoreImages(r *http.Request) (func(context.Context, io.Writer) error, error) {
	var options image.Options
	if err := readJSON(r, &options); err != nil {
		return nil, err
	}
	return func(ctx context.Context, log io.Writer) error { return w.Images.BuildCore(ctx, options, log) }, nil
}

// maxBody bounds the body of a request to the API, in bytes.
const maxBody = 1 << 20

func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return nbhosting.Because(err, nbhosting.Invalid, "The request is not the JSON that is expected: %v.", err)
	}
	return nil
}
