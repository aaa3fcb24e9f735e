package proxy

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting"
)

// Watcher is told what is done to the files of a workspace through Jupyter's
// contents API, once the server has said that it is done and before the browser
// hears of it: the answer waits, so that it is up to the callee not to take long.
//
// Files are paths in the workspace, slash-separated and without "..". What the
// server and its student say is not to be relied on: there may be no such file, or
// something else by that name. The context does not end when the browser goes.
type Watcher interface {
	// Saved: a file was written, or a checkpoint of it restored. Of one that is
	// sent in chunks the last is told.
	Saved(ctx context.Context, id nbhosting.ServerID, file string)
	// Renamed: a file or a directory has another path.
	Renamed(ctx context.Context, id nbhosting.ServerID, from, to string)
	// Deleted: a file or a directory is gone.
	Deleted(ctx context.Context, id nbhosting.ServerID, file string)
}

// deed is what a request asks to be done to the files of a workspace.
type deed struct {
	kind deedKind
	file string // empty if its name is none to pass on
}

type deedKind uint8

const (
	nothing  deedKind = iota
	creating          // under a name that the server decides
	saving
	renaming
	deleting
)

const contentsAPI = "api/contents"

// deedOf tells what a request asks for by its method and by its path, escaped, after
// the server's base path. Jupyter compares paths before it unescapes them, too.
func deedOf(r *http.Request, rest string) deed {
	path, ok := strings.CutPrefix(rest, contentsAPI)
	if !ok || path != "" && path[0] != '/' || isSafe(r.Method) {
		return deed{}
	}
	file, checkpoint, ofFile := cutCheckpoint(path)
	switch {
	case ofFile && checkpoint != "" && r.Method == http.MethodPost:
		return deed{saving, cleanPath(file)}
	case ofFile || strings.HasSuffix(path, "/trust"):
		return deed{}
	}
	switch r.Method {
	case http.MethodPost:
		return deed{kind: creating}
	case http.MethodPut:
		if r.ContentLength == 0 {
			return deed{kind: creating}
		}
		return deed{saving, cleanPath(path)}
	case http.MethodPatch:
		return deed{renaming, cleanPath(path)}
	case http.MethodDelete:
		return deed{deleting, cleanPath(path)}
	}
	return deed{}
}

// cutCheckpoint takes the path of a file's checkpoints, or of one of them, apart.
func cutCheckpoint(path string) (file, checkpoint string, ok bool) {
	const part = "/checkpoints"
	if file, ok = strings.CutSuffix(path, part); ok {
		return file, "", true
	}
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 || slash == len(path)-1 {
		return "", "", false
	}
	file, ok = strings.CutSuffix(path[:slash], part)
	return file, path[slash+1:], ok
}

// maxPath bounds a path, in bytes; it is that of Linux.
const maxPath = 4096

// cleanPath returns the path of a file as others may use it, or "" if it is none.
func cleanPath(escaped string) string {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return ""
	}
	return checkPath(path)
}

func checkPath(path string) string {
	path = strings.Trim(path, "/")
	if path == "." || len(path) > maxPath || !fs.ValidPath(path) || !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return ""
	}
	return path
}

// newPath returns the path that the body of a request to rename gives, or "".
func newPath(body []byte) string {
	var model struct{ Path string }
	if json.Unmarshal(body, &model) != nil {
		return ""
	}
	return checkPath(model.Path)
}

// maxBeginning is how much of a body is looked at, in bytes.
const maxBeginning = 1 << 10

// isPart tells whether the beginning of a body is that of a chunk of a file, other
// than the last. The names of its fields come before the content in what the front ends send.
func isPart(body []byte) bool {
	f := finder{path: []string{"chunk"}}
	for _, c := range body[:min(len(body), maxBeginning)] {
		if !f.feed(c) {
			break
		}
	}
	chunk := f.result()
	return chunk != "" && chunk != "-1" && chunk != "null"
}

// note notes what the server has done, and tells the watcher of it. The status is
// that of its answer.
func (x *exchange) note(status int) {
	d := x.deed
	if d.kind == nothing || status < 200 || status > 299 {
		return
	}
	part := d.kind == saving && (isPart(x.body) || x.upload != nil && x.upload.part.Load())
	if d.kind == saving && !part {
		x.p.noteSave(x.b.record)
	} else {
		x.p.noteInput(x.b.record)
	}
	if x.p.watcher != nil && d.file != "" && !part {
		x.tell(d)
	}
}

func (x *exchange) tell(d deed) {
	ctx, id := context.WithoutCancel(x.r.Context()), x.b.target.ID
	switch d.kind {
	case saving:
		begun := time.Now()
		x.p.watcher.Saved(ctx, id, d.file)
		if x.p.delayed != nil {
			x.p.delayed(time.Since(begun))
		}
	case renaming:
		if to := newPath(x.body); to != "" && to != d.file {
			x.p.watcher.Renamed(ctx, id, d.file, to)
		}
	case deleting:
		x.p.watcher.Deleted(ctx, id, d.file)
	case nothing, creating:
	}
}
