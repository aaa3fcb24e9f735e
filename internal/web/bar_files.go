package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// download answers with a notebook as it is on disk, or with a version of it.
func (w *Web) download(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	content, err := w.content(v, file, r.FormValue(versionKey))
	if errors.Is(err, workspace.ErrTooLarge) {
		return w.downloadLarge(rw, v, file)
	}
	if err != nil {
		return err
	}
	attach(rw, path.Base(file), "application/octet-stream")
	rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = rw.Write(content) // who does not read it is gone
	return nil
}

// downloadLarge streams a notebook that is too large to be read whole.
func (w *Web) downloadLarge(rw http.ResponseWriter, v barVisit, file string) error {
	place, err := w.workspaceOf(v)
	if err != nil {
		return err
	}
	f, err := place.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	attach(rw, path.Base(file), "application/octet-stream")
	rw.Header().Set("Content-Length", fmt.Sprint(info.Size()))
	_, _ = io.CopyN(rw, f, info.Size()) // whoever does not get it all knows by the length
	return nil
}

// content returns a version of a notebook; an empty id stands for what is on disk.
func (w *Web) content(v barVisit, file, id string) ([]byte, error) {
	if id != "" {
		content, _, err := w.Work.History.Read(v.key, file, id)
		return content, err
	}
	place, err := w.workspaceOf(v)
	if err != nil {
		return nil, err
	}
	content, _, err := place.Read(file, work.MaxNotebook)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nbhosting.Because(err, nbhosting.NotFound, "There is no notebook %q in your workspace.", file)
	}
	return content, err
}

// downloadAll streams all of a workspace as a zip file. What goes wrong on the way
// can only be told by cutting the answer off.
func (w *Web) downloadAll(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	place, err := w.workspaceOf(v)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		attach(rw, string(v.key.Course)+".zip", "application/zip")
		return nil
	}
	done, err := w.packing.begin(v.key)
	if err != nil {
		return err
	}
	defer done()
	attach(rw, string(v.key.Course)+".zip", "application/zip")
	if err := place.Zip(r.Context(), rw); err != nil {
		if r.Context().Err() == nil {
			w.Logger.Error("a workspace could not be packed", "course", v.key.Course, "student", v.key.Student, "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// attach has the browser save the answer under a name, whatever signs it holds.
func attach(rw http.ResponseWriter, name, kind string) {
	rw.Header().Set("Content-Type", kind)
	rw.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	rw.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
}
