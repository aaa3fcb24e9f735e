package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// barVisit is somebody at our pages around the notebooks of a server. Who knows
// the server's secret acts for its student, also once the server is gone.
type barVisit struct {
	key     nbhosting.Key
	server  nbhosting.Server   // its ID is empty if it does not run any more
	base    string             // URL path of our pages: /server/ID/SECRET/-/
	rest    string             // escaped URL path below base
	app     nbhosting.FrontEnd // that the notebook was opened in; empty: the one that the course chose
	request *http.Request
}

type barHandler func(http.ResponseWriter, *http.Request, barVisit) error

// barRoutes are our pages around notebooks, by method and first segment.
func (w *Web) barRoutes() map[string]barHandler {
	return map[string]barHandler{
		"GET notebook":         w.showBar,
		"GET page":             w.showBar,
		"GET open":             w.openOther,
		"GET state":            w.barState,
		"POST keep-going":      w.keepGoing,
		"GET history":          w.showHistory,
		"POST restore":         w.restore,
		"GET reset":            w.askToReset,
		"POST reset":           w.reset,
		"GET update":           w.showUpdate,
		"POST update":          w.update,
		"GET download":         w.download,
		"GET download.zip":     w.downloadAll,
		"GET restart":          w.askToRestart,
		"POST restart":         w.restart,
		"GET " + sharesPage:    w.ofStudent(w.showShares),
		"POST " + sharesPage:   w.ofStudent(w.shareNotebook),
		"POST " + withdrawPage: w.ofStudent(w.withdrawShare),
	}
}

// maxForm bounds the body of a form, in bytes.
const maxForm = 64 << 10

// checkForm reads what a page of this site sends; nobody else may change anything.
func (w *Web) checkForm(rw http.ResponseWriter, r *http.Request) error {
	if err := w.origins.Check(r); err != nil {
		return nbhosting.Because(err, nbhosting.Denied, "This can only be done from the pages of this site.")
	}
	r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "The form cannot be read.")
	}
	return nil
}

// ofStudent makes a page of the bar of one that only has to know whose it is, and
// where the others are.
func (w *Web) ofStudent(handle func(http.ResponseWriter, *http.Request, nbhosting.Key, string) error) barHandler {
	return func(rw http.ResponseWriter, r *http.Request, v barVisit) error { return handle(rw, r, v.key, v.base) }
}

// bar serves all that is ours below a server's address. It changes something only
// for a page of this site.
func (w *Web) bar(rw http.ResponseWriter, r *http.Request) error {
	id, secret, rest, _ := nbhosting.SplitServerPath(r.URL.EscapedPath())
	key, err := w.keyOf(r.Context(), id, secret)
	if err != nil {
		return nbhosting.Because(err, nbhosting.NotFound,
			"This address is not valid, or not any more. Open the notebook again from the page of your course.")
	}
	rest = strings.TrimPrefix(rest, nbhosting.OwnSegment+"/")
	first, rest, _ := strings.Cut(rest, "/")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, ok := w.barPages[method+" "+first]
	if !ok {
		return nbhosting.Errorf(nbhosting.NotFound, "There is no page at this address.")
	}
	if err := w.checkForm(rw, r); err != nil {
		return err
	}
	v := barVisit{key: key, rest: rest, request: r}
	v.app, _ = nbhosting.FrontEndNamed(r.URL.Query().Get(nbhosting.AppKey))
	v.base = nbhosting.Server{ID: id, Secret: secret}.BasePath() + nbhosting.OwnSegment + "/"
	if s, ready := w.Servers.Lookup(id); ready {
		v.server = s
	}
	// The forms of these pages have to be known for ours; nobody else hears of the address.
	rw.Header().Set("Referrer-Policy", "same-origin")
	return handle(rw, r, v)
}

// isBarPath tells whether a request is for one of our pages around a notebook.
func isBarPath(r *http.Request) bool {
	_, _, rest, ok := nbhosting.SplitServerPath(r.URL.EscapedPath())
	return ok && nbhosting.IsOwnPath(rest)
}

// barAround returns the URL path of our page around a notebook that Jupyter, in
// its list of files, has opened in a window of its own.
func (w *Web) barAround(r *http.Request) (path string, ok bool) {
	if r.Header.Get("Sec-Fetch-Dest") != "document" || r.Method != http.MethodGet {
		return "", false
	}
	id, secret, rest, _ := nbhosting.SplitServerPath(r.URL.EscapedPath())
	s, ready := w.Servers.Lookup(id)
	if !ready || !sameSecret(s.Secret, secret) {
		return "", false
	}
	launch, ok := nbhosting.LaunchOfServerPath(s.Key, rest)
	if !ok || launch.Notebook == "" {
		return "", false
	}
	revision, err := w.Courses.Revision(s.Key.Course)
	if err != nil {
		return "", false
	}
	defer revision.Close()
	return s.NotebookPath(launch.Notebook, appShown(rest)), !revision.Bare
}

// appShown returns the front end whose page the rest of a server's address is, if it is one for notebooks.
func appShown(rest string) nbhosting.FrontEnd {
	for _, app := range []nbhosting.FrontEnd{nbhosting.Lab, nbhosting.Classic} {
		if strings.HasPrefix(rest, strings.TrimSuffix(app.NotebookURL(), "{notebook}")) {
			return app
		}
	}
	return ""
}

// notebookKey is the part of a query, and of a form, that names a notebook.
const notebookKey = "notebook"

// notebook returns the notebook that a visit is about: a path in the workspace.
func (v barVisit) notebook() (string, error) {
	file := v.request.FormValue(notebookKey)
	return file, nbhosting.CheckNotebookPath(file)
}

// workspace returns the student's files.
func (w *Web) workspaceOf(v barVisit) (workspace.Workspace, error) {
	return w.Work.Workspaces.Existing(v.key)
}

// to returns the URL path of one of the pages, for a notebook if there is one.
func (v barVisit) to(page, notebook string, more ...string) string {
	q := url.Values{}
	if v.app != "" {
		q.Set(nbhosting.AppKey, string(v.app))
	}
	if notebook != "" {
		q.Set(notebookKey, notebook)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return v.base + page
	}
	return v.base + page + "?" + q.Encode()
}

// back returns where a notebook is shown: by the server that runs, or by the
// one that its opening starts.
func (v barVisit) back(notebook string) string {
	if notebook == "" {
		return v.base + "page/" + nbhosting.Tree.Page("")
	}
	back := v.base + "notebook/" + escapedPath(notebook)
	if v.app != "" {
		back += "?" + url.Values{nbhosting.AppKey: {string(v.app)}}.Encode()
	}
	return back
}

func escapedPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}
