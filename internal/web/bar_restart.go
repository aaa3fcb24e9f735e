package web

import (
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// confirmPage asks before something is done to a notebook or a server.
type confirmPage struct {
	Title  string
	Course nbhosting.CourseName
	What   string   // it is done to: a notebook, or nothing
	Points []string // what it means
	Action string   // URL path that does it, by POST
	Button string
	Back   string // URL path of where one came from
	Hidden map[string]string
}

// askToRestart shows what a restart means.
func (w *Web) askToRestart(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file := r.FormValue(notebookKey)
	p := texts.For(r)
	return w.render(rw, r, http.StatusOK, "confirm", confirmPage{
		Title: p.T("Restart your notebook server?"), Course: v.key.Course, Back: v.back(file),
		Points: []string{
			p.T("Files that are saved stay as they are."),
			p.T("Computations that run are interrupted, and variables are forgotten: after that, cells have to be run again."),
			p.T("Other windows on this server lose their connection."),
		},
		Action: v.to("restart", ""), Button: p.T("Restart the server"), Hidden: map[string]string{notebookKey: file},
	})
}

// restart stops the server politely and follows the opening of what it showed.
func (w *Web) restart(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	launch := nbhosting.Launch{Course: v.key.Course, Student: v.key.Student, FrontEnd: nbhosting.Tree}
	if file := r.FormValue(notebookKey); nbhosting.CheckNotebookPath(file) == nil {
		launch.Notebook, launch.FrontEnd = file, v.app
	}
	if err := w.Servers.Known(); err != nil {
		return err
	}
	if err := w.Servers.Stop(r.Context(), v.key); err != nil {
		return err
	}
	a := w.attempts.Begin(r.Context(), launch)
	rw.Header().Set("Location", nbhosting.OpeningPrefix+a.ID)
	rw.WriteHeader(http.StatusSeeOther)
	return nil
}
