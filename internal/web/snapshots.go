package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/snapshot"
)

// Snapshots are the notebooks that students share.
type Snapshots interface {
	// Share renders a notebook as it stands, and publishes the page.
	Share(context.Context, snapshot.Request) (snapshot.Share, error)
	List(nbhosting.Key) ([]snapshot.Share, error)
	Withdraw(ctx context.Context, key nbhosting.Key, id string) error
	// Open opens a page by the last part of its URL.
	Open(course nbhosting.CourseName, name string) (*os.File, error)
}

// snapshotSandbox is what a page that a student shares may do. It is the sandbox of
// books ([bookSandbox]), without what nobody needs to read a notebook: a page of a
// stranger's that shows our address should not ask for anything.
const snapshotSandbox = "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; form-action 'none'"

// snapshot answers with a notebook that somebody shares.
func (w *Web) snapshot(rw http.ResponseWriter, r *http.Request) error {
	file, err := w.Snapshots.Open(nbhosting.CourseName(r.PathValue("course")), r.PathValue("page"))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	h := rw.Header()
	h.Set("Content-Type", htmlType)
	// No Cross-Origin-Opener-Policy: browsers refuse a page that has that and a sandbox.
	h.Set("Content-Security-Policy", snapshotSandbox+"; frame-ancestors "+w.ancestors())
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "private, no-cache") // asked for each time: it may be withdrawn
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	http.ServeContent(rw, r, "", info.ModTime(), file)
	return nil
}

// library answers with a script that such pages load.
func (w *Web) library(rw http.ResponseWriter, r *http.Request) error {
	found, err := snapshot.OpenLibrary(r.PathValue("file"))
	if err != nil {
		return err
	}
	h := rw.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", cacheResult)
	h.Set("Vary", "Accept-Encoding")
	text, tag := found.Text, found.Hash
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		text, tag = found.Gzip, found.Hash+"-gzip"
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(text))
	return nil
}

// loggedSnapshot is the URL path of a shared notebook as it may be logged: its
// last part is known to those that its student told.
func loggedSnapshot(path string) string {
	rest, shared := strings.CutPrefix(path, snapshot.PathPrefix)
	course, _, found := strings.Cut(rest, "/")
	if !shared || !found || course+"/" == strings.TrimPrefix(snapshot.LibrariesPath, snapshot.PathPrefix) {
		return path
	}
	return snapshot.PathPrefix + course + "/…"
}
