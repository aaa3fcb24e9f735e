package web

import (
	"io"
	"net/http"
	"net/url"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// killPrefix begins the URL path at which a student's server is stopped.
const killPrefix = "/containerKill/"

// stopPage is what the page shows that asks whether to stop a server, and what it
// shows of the end.
type stopPage struct {
	Title   string
	Course  nbhosting.CourseName
	Running bool   // there is something to stop
	Stop    string // URL that stops it, by POST
	Again   string // URL path that opens the notebook; empty: none is known
	Files   string // URL path that opens the list of files
}

// askToStop shows what a stop means. It stops nothing: programs and pages follow
// links that nobody has clicked.
func (w *Web) askToStop(rw http.ResponseWriter, r *http.Request) error {
	key, err := w.admitStop(r)
	if err != nil {
		return err
	}
	if !isPerson(r) {
		return nbhosting.Errorf(nbhosting.Invalid, "Nothing was stopped: that takes a POST to this address.")
	}
	p := texts.For(r)
	if _, running := w.Servers.Find(key); running {
		return w.renderStop(rw, r, key, stopPage{Title: p.T("Stop your notebook server?"), Running: true})
	}
	return w.renderStop(rw, r, key, stopPage{Title: p.T("Your notebook server is not running")})
}

// stop stops a server politely, and answers when it has ended.
func (w *Web) stop(rw http.ResponseWriter, r *http.Request) error {
	if err := w.origins.Check(r); err != nil {
		return nbhosting.Because(err, nbhosting.Denied, "A server is stopped from the pages of this site only.")
	}
	key, err := w.admitStop(r)
	if err != nil {
		return err
	}
	p := texts.For(r)
	page := stopPage{Title: p.T("Your notebook server is not running")}
	if _, running := w.Servers.Find(key); running {
		if err := w.Servers.Stop(r.Context(), key); err != nil {
			return err
		}
		page.Title = p.T("Your notebook server has been stopped")
	}
	if !isPerson(r) {
		_, _ = io.WriteString(rw, page.Title+".\n") // who does not read it is gone
		return nil
	}
	return w.renderStop(rw, r, key, page)
}

// admitStop says whose server is to be stopped, if whoever asks might open it.
func (w *Web) admitStop(r *http.Request) (nbhosting.Key, error) {
	if err := w.Opener.Rules.Check(r); err != nil {
		return nbhosting.Key{}, err
	}
	key, err := nbhosting.ParseKey(r.PathValue("course"), r.PathValue("student"))
	if err != nil {
		return nbhosting.Key{}, err
	}
	if err := w.Servers.Known(); err != nil {
		return nbhosting.Key{}, err
	}
	_, err = w.Courses.Course(r.Context(), key.Course)
	return key, err
}

// renderStop completes a page. Its own links and its form have to say that they
// come from this site, so that it is shown with another policy than the others.
func (w *Web) renderStop(rw http.ResponseWriter, r *http.Request, key nbhosting.Key, page stopPage) error {
	page.Course = key.Course
	page.Stop = r.URL.EscapedPath()
	page.Files = nbhosting.Launch{Course: key.Course, Student: key.Student, FrontEnd: nbhosting.Tree}.Path()
	if notebook := r.URL.Query().Get("notebook"); nbhosting.CheckNotebookPath(notebook) == nil {
		page.Stop += "?" + url.Values{"notebook": {notebook}}.Encode()
		page.Again = nbhosting.Launch{Course: key.Course, Notebook: notebook, Student: key.Student}.Path()
	}
	rw.Header().Set("Referrer-Policy", "same-origin")
	return w.render(rw, r, http.StatusOK, "stop", page)
}
