package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/work"
)

// barData is the page around a notebook, or around a page of Jupyter's own.
type barData struct {
	Title, Version string
	Course         nbhosting.CourseName
	Notebook       string // path in the workspace; empty: none is shown
	Inner          string // URL path of Jupyter's page
	Here           string // URL path of this page
	Classic        bool   // of Jupyter, no longer developed
	SupportCode    string
	State          barStatus
	To             barLinks
	New            *namedLink  // what the course has in the notebook's place
	Others         []namedLink // what the student has of it in other formats
}

// barLinks are where the bar leads, as URL paths.
type barLinks struct {
	State, KeepGoing, History, Reset, Update, Shares, Download, Zip, Restart, Files string
}

// showBar shows Jupyter in a frame, and above it what there is to know and to do.
func (w *Web) showBar(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	if v.server.ID == "" {
		w.Gone().ServeHTTP(rw, r)
		return nil
	}
	data := barData{Course: v.key.Course, Here: r.URL.RequestURI(), SupportCode: w.SupportCode(v.key.Student)}
	if err := w.place(&data, r, v); err != nil {
		return err
	}
	data.State = w.barStatusOf(r, v, data.Notebook)
	data.To = linksOf(v, data.Notebook)
	rw.Header().Set("Content-Security-Policy", w.policy+"; frame-src 'self'")
	return w.render(rw, r, http.StatusOK, "bar", data)
}

// place says what the page shows.
func (w *Web) place(data *barData, r *http.Request, v barVisit) error {
	path, err := url.PathUnescape(v.rest)
	if err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "The address cannot be read.")
	}
	if strings.HasPrefix(r.URL.EscapedPath(), v.base+"page/") {
		data.Inner, data.Title = v.server.BasePath()+v.rest, "Jupyter"
		return nil
	}
	if err := nbhosting.CheckNotebookPath(path); err != nil {
		return err
	}
	data.Notebook = path
	inner, err := w.Opener.NotebookPage(v.key.Course, path, v.app)
	if err != nil {
		return err
	}
	data.Inner = v.server.BasePath() + inner
	info := w.infoOf(v, path)
	data.Title, data.Version = info.Title, info.Version
	return w.alternatives(data, v)
}

// alternatives finds what else there is of a notebook that the course has moved, or
// changed the format of: both have it, and the student's work came first.
func (w *Web) alternatives(data *barData, v barVisit) error {
	revision, err := w.Courses.Revision(v.key.Course)
	if err != nil {
		return err
	}
	defer revision.Close()
	stem := nbhosting.TrimNotebookExtension(data.Notebook)
	var formats []string
	for _, extension := range nbhosting.NotebookExtensions {
		if file := stem + extension; file != data.Notebook {
			formats = append(formats, file)
		}
	}
	theirs, err := w.Work.Workspaces.Find(v.key, formats)
	if err != nil {
		return err
	}
	for _, file := range theirs {
		data.Others = append(data.Others, namedLink{Name: file, Href: v.back(file)})
	}
	if file := revision.Successor(data.Notebook); file != "" && !slices.Contains(theirs, file) {
		data.New = &namedLink{Name: file, Href: v.to("open", file)}
	}
	return nil
}

// openOther opens a notebook of the course in the server that shows another one.
func (w *Web) openOther(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	return w.answerAttempt(rw, r, w.attempts.Begin(r.Context(), nbhosting.Launch{Course: v.key.Course, Notebook: file, Student: v.key.Student}))
}

// infoOf reads what a student's notebook says of itself.
func (w *Web) infoOf(v barVisit, file string) notebook.Info {
	place, err := w.workspaceOf(v)
	if err == nil {
		content, _, errRead := place.Read(file, work.MaxNotebook)
		if errRead == nil {
			info, _ := notebook.Read(file, content) // one with faults has a name, too
			return info
		}
	}
	return notebook.Unreadable(file)
}

func linksOf(v barVisit, notebook string) barLinks {
	to := barLinks{
		State: v.to("state", notebook), KeepGoing: v.to("keep-going", notebook), Shares: v.to("shares", notebook), Zip: v.base + "download.zip",
		Restart: v.to("restart", notebook), History: v.to("history", notebook), Files: v.back(""),
	}
	if notebook != "" {
		to.Reset, to.Update, to.Download = v.to("reset", notebook), v.to("update", notebook), v.to("download", notebook)
	}
	return to
}
