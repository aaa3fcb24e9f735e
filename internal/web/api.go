package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
)

// API is for who administers the site: it is served where only they can reach it.
func (w *Web) API() http.Handler {
	mux := http.NewServeMux()
	w.courseRoutes(mux)
	mux.Handle("GET /api/jobs", w.api(w.listJobs))
	mux.Handle("GET /api/jobs/{job}", w.api(w.showJob))
	mux.Handle("DELETE /api/jobs/{job}", w.api(w.cancelJob))
	mux.HandleFunc("GET /api/jobs/{job}/events", w.followJob)
	mux.Handle("GET /api/servers", w.api(w.listServers))
	mux.Handle("GET /api/servers/{course}/{student}", w.api(w.showServer))
	mux.Handle("GET /api/servers/{course}/{student}/log", w.api(w.serverLog))
	mux.Handle("DELETE /api/servers/{course}/{student}", w.api(w.stopServer))
	mux.Handle("GET /api/students", w.api(w.findStudents))
	mux.Handle("POST /api/images/core", w.job(w.buildCoreImages))
	mux.Handle("POST /api/handover", w.api(w.replaceProgram))
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
	return w.answer(http.StatusOK, call)
}

// answer is api with another status for success.
func (w *Web) answer(status int, call func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		result, err := call(r)
		code := status
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

func (w *Web) buildCoreImages(r *http.Request) (nbhosting.Job, error) {
	var options image.Options
	if err := readJSON(r, &options); err != nil {
		return nbhosting.Job{}, err
	}
	return w.Upkeep.BuildCoreImages(r.Context(), options)
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
