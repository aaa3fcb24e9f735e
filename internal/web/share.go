package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// sharePrefix begins the URL path that shares a notebook in the way of existing
// sites: /ipythonShare/COURSE/NOTEBOOK/STUDENT, by a GET.
const sharePrefix = "/ipythonShare/"

// sharedAnswer is what programs are told of a notebook that was shared, or was not.
type sharedAnswer struct {
	URLPath string   `json:"url_path,omitempty"`
	URL     string   `json:"url,omitempty"`
	Missing []string `json:"missing,omitempty"` // pictures that the page does not show
	Error   string   `json:"error,omitempty"`
}

func (w *Web) sharedAnswer(s snapshot.Share) sharedAnswer {
	return sharedAnswer{URLPath: s.Path, URL: strings.TrimSuffix(w.PublicURL, "/") + s.Path}
}

// shareByAddress shares a notebook for whoever may open it, by the same rules: the
// scripts of pages may not. That a link to here can be followed unawares does no
// harm: the page is published where nobody finds it but who reads the answer.
func (w *Web) shareByAddress(rw http.ResponseWriter, r *http.Request) error {
	shared, err := w.tryShareByAddress(r)
	if err == nil {
		return writeJSON(rw, http.StatusOK, w.sharedAnswer(shared))
	}
	w.logFailure(r, err)
	code := http.StatusOK // as programs know it
	if nbhosting.KindOf(err) == nbhosting.Denied {
		code = http.StatusForbidden
	}
	return writeJSON(rw, code, sharedAnswer{Error: texts.Message(texts.For(r), err)})
}

func (w *Web) tryShareByAddress(r *http.Request) (snapshot.Share, error) {
	if err := w.Opener.Rules.Check(r); err != nil {
		return snapshot.Share{}, err
	}
	if r.Method != http.MethodGet {
		return snapshot.Share{}, nbhosting.Errorf(nbhosting.Invalid, "Nothing was shared: that takes a GET of this address.")
	}
	launch, err := nbhosting.ParseLaunch(r.URL.Path)
	if err != nil {
		return snapshot.Share{}, err
	}
	if _, err := w.Courses.Course(r.Context(), launch.Course); err != nil {
		return snapshot.Share{}, err
	}
	file, err := w.Opener.Which(launch)
	if err != nil {
		return snapshot.Share{}, err
	}
	return w.Snapshots.Share(r.Context(), snapshot.Request{Key: launch.Key(), File: file})
}

func writeJSON(rw http.ResponseWriter, code int, answer any) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(code)
	_, _ = rw.Write(text) // who does not read it is gone
	return nil
}
