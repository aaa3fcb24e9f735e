package web

import (
	"context"
	"net/http"

	"github.com/nbhosting/nbhosting/internal/opening"
)

// AskAgain has a client send its request once more, over another connection: to
// the program that serves the site in place of this one.
func AskAgain(rw http.ResponseWriter, r *http.Request) {
	here := r.URL.RequestURI()
	rw.Header().Set("Connection", "close")
	if len(here) > 1 && (here[1] == '/' || here[1] == '\\') { // the address of another site, to browsers
		http.Error(rw, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("Location", here)
	rw.WriteHeader(http.StatusTemporaryRedirect)
}

// Leave returns the openings, which go on in another program: pages that follow one ask there.
func (w *Web) Leave() []opening.Moved { return w.attempts.Leave() }

// Arrive makes openings go on here that began in another program.
func (w *Web) Arrive(ctx context.Context, all []opening.Moved) { w.attempts.Arrive(ctx, all) }

func (w *Web) haveLeft() bool {
	select {
	case <-w.attempts.HaveLeft():
		return true
	default:
		return false
	}
}

// Successor tells of the program that serves a site in place of another.
type Successor struct {
	Version string  `json:"version"`
	PID     int     `json:"pid"`
	Waited  float64 `json:"waited"` // seconds for which nobody was answered
}

func (w *Web) replaceProgram(r *http.Request) (any, error) {
	return w.Replace(context.WithoutCancel(r.Context()))
}
