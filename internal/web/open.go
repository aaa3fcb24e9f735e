package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/opening"
)

// open answers a click on a notebook, or on a link to Jupyter's own pages: by
// what is asked for if it is there at once, else, for a person, by a page that
// follows the opening. A program waits.
func (w *Web) open(rw http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nbhosting.Errorf(nbhosting.Invalid, "A notebook is opened by following a link to it.")
	}
	launch, err := w.Opener.Admit(r)
	if err != nil {
		return err
	}
	return w.answerAttempt(rw, r, w.attempts.Begin(r.Context(), launch))
}

// patience is how long a person waits without being told that they wait.
const patience = time.Second

// answerAttempt leads to the notebook of an attempt as soon as it makes sense.
func (w *Web) answerAttempt(rw http.ResponseWriter, r *http.Request, a *opening.Attempt) error {
	ctx, cancel := w.attempts.Here(r.Context())
	defer cancel()
	enough := func(s opening.Status) bool { return s.Done }
	if isPerson(r) {
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
		enough = opening.Status.Slow
	}
	status, err := a.Await(ctx, enough)
	switch {
	case r.Context().Err() != nil:
		return err // the client is gone
	case (!status.Done || status.Err != nil) && w.haveLeft():
		AskAgain(rw, r)
		return nil
	case status.Err != nil && isPerson(r):
		return w.renderAttempt(rw, r, statusOf(status.Err), a, status)
	case status.Err != nil: // the attempt is in the log already
		refuse(rw, r, status.Err)
		return nil
	case status.Done:
		redirect(rw, status.Location)
		return nil
	}
	return w.renderAttempt(rw, r, http.StatusOK, a, status)
}

// redirect answers 302 with a path that is escaped already. (http.Redirect would clean it.)
func redirect(rw http.ResponseWriter, location string) {
	rw.Header().Set("Location", location)
	rw.WriteHeader(http.StatusFound)
}

// Gone answers a person who comes to a server that is no more: with the secret
// that the server had, they may open the notebook again; else they are told to
// come in by the front door.
func (w *Web) Gone() http.Handler {
	return w.page(func(rw http.ResponseWriter, r *http.Request) error {
		id, secret, rest, _ := nbhosting.SplitServerPath(r.URL.EscapedPath())
		key, err := w.keyOf(r.Context(), id, secret)
		launch, ok := nbhosting.LaunchOfServerPath(key, rest)
		if app, named := nbhosting.FrontEndNamed(r.URL.Query().Get(nbhosting.AppKey)); named && launch.Notebook != "" {
			launch.FrontEnd = app
		}
		if err != nil || !ok {
			return nbhosting.Because(err, nbhosting.NotFound,
				"This notebook server has been stopped. Your work is saved: open the notebook again from the page of your course.")
		}
		return w.answerAttempt(rw, r, w.attempts.Begin(r.Context(), launch))
	})
}

// PastServers remembers whose servers were, once they are gone.
type PastServers interface {
	// PastServer returns whose server had that id, if secret was its secret; else NotFound.
	PastServer(ctx context.Context, id nbhosting.ServerID, secret string) (nbhosting.Key, error)
}

// keyOf says whose server has or had that id, to who knows its secret.
func (w *Web) keyOf(ctx context.Context, id nbhosting.ServerID, secret string) (nbhosting.Key, error) {
	if s, ok := w.Servers.Lookup(id); ok && sameSecret(s.Secret, secret) {
		return s.Key, nil // it was there a moment ago, and does not answer
	}
	return w.Past.PastServer(ctx, id, secret)
}

// isPerson tells whether a browser shows the answer to somebody.
func isPerson(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }
