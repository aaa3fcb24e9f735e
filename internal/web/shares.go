package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// The pages below a server's address at which a student sees and changes what
// they share. base is the URL path below which they are, with a slash at its end.
const (
	sharesPage   = "shares"   // GET: the list; POST with notebookKey: share that
	withdrawPage = "withdraw" // POST with shareField: share that no more
	shareField   = "share"
)

// sharesData is the page of what a student shares.
type sharesData struct {
	Title    string
	Course   nbhosting.CourseName
	Notebook string // that they come from, if it is not shared yet; empty: none
	Shares   []sharedNotebook
	Share    string // URL path that shares, by POST
	Withdraw string // URL path that withdraws, by POST
	Back     string // URL path that opens the notebook that they come from; empty: none is known
}

// sharedNotebook is a line of the list.
type sharedNotebook struct {
	snapshot.Share
	URL string // as it is told to others
}

// showShares shows what a student shares. The query names the notebook that they come from.
func (w *Web) showShares(rw http.ResponseWriter, r *http.Request, key nbhosting.Key, base string) error {
	shares, err := w.Snapshots.List(key)
	if err != nil {
		return err
	}
	notebook := r.URL.Query().Get(notebookKey)
	data := sharesData{
		Title: texts.For(r).T("What you share"), Course: key.Course, Share: base + sharesPage, Withdraw: base + withdrawPage,
	}
	if nbhosting.CheckNotebookPath(notebook) == nil {
		data.Back = base + "notebook/" + escapedPath(notebook)
		if !slices.ContainsFunc(shares, func(s snapshot.Share) bool { return s.File == notebook }) {
			data.Notebook = notebook
		}
		data.Share, data.Withdraw = withNotebook(data.Share, notebook), withNotebook(data.Withdraw, notebook)
	}
	for _, s := range shares {
		data.Shares = append(data.Shares, sharedNotebook{Share: s, URL: w.sharedAnswer(s).URL})
	}
	// The forms have to be known for ours.
	rw.Header().Set("Referrer-Policy", "same-origin")
	return w.render(rw, r, http.StatusOK, "shares", data)
}

// withNotebook keeps in a URL path which notebook somebody comes from.
func withNotebook(path, notebook string) string {
	return path + "?" + url.Values{notebookKey: {notebook}}.Encode()
}

// shareNotebook shares the notebook that the form names, and leads to the list; who
// asks for JSON is answered with the address of the page.
func (w *Web) shareNotebook(rw http.ResponseWriter, r *http.Request, key nbhosting.Key, base string) error {
	shared, err := w.Snapshots.Share(r.Context(), snapshot.Request{Key: key, File: r.PostForm.Get(notebookKey)})
	if !wantsJSON(r) {
		if err != nil {
			return err
		}
		return w.seeShares(rw, r, base)
	}
	if err != nil {
		w.logFailure(r, err)
		return writeJSON(rw, statusOf(err), sharedAnswer{Error: texts.Message(texts.For(r), err)})
	}
	answer := w.sharedAnswer(shared)
	answer.Missing = shared.Missing
	return writeJSON(rw, http.StatusOK, answer)
}

// withdrawShare withdraws what the form names, and leads to the list.
func (w *Web) withdrawShare(rw http.ResponseWriter, r *http.Request, key nbhosting.Key, base string) error {
	if err := w.Snapshots.Withdraw(r.Context(), key, r.PostForm.Get(shareField)); err != nil {
		return err
	}
	return w.seeShares(rw, r, base)
}

// seeShares leads to the list, by a GET.
func (w *Web) seeShares(rw http.ResponseWriter, r *http.Request, base string) error {
	where := base + sharesPage
	if notebook := r.URL.Query().Get(notebookKey); nbhosting.CheckNotebookPath(notebook) == nil {
		where = withNotebook(where, notebook)
	}
	rw.Header().Set("Location", where)
	rw.WriteHeader(http.StatusSeeOther)
	return nil
}

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}
