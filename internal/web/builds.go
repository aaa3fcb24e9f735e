package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
)

// bookSandbox is what a page of a book may do. Its author is half trusted and it
// comes from our address, so it must not be of our origin: without
// allow-same-origin, it has an origin of its own that is like no other, without
// cookies and storage, and to what it asks of us we answer as to any stranger. It
// can neither move the page that it is framed in. Links to elsewhere open as they
// would without us.
const bookSandbox = "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals"

// How long browsers may keep files of a book: under the name of a result they
// never change, but the name may be taken again long after that result has gone.
const (
	cacheLatest = "no-cache" // ask each time whether it has changed
	cacheResult = "public, max-age=86400"
)

// book answers with a file of a book.
func (w *Web) book(rw http.ResponseWriter, r *http.Request) error {
	result, err := w.Builds.Open(nbhosting.CourseName(r.PathValue("course")), r.PathValue("build"), r.PathValue("result"))
	if err != nil {
		return err
	}
	defer result.Close()
	name, file, err := openPage(result.Files(), r.PathValue("path"), strings.HasSuffix(r.URL.Path, "/"))
	if errors.Is(err, errDirectory) {
		rw.Header().Set("Access-Control-Allow-Origin", "*")
		redirect(rw, withQuery(r.URL.EscapedPath()+"/", r.URL.RawQuery))
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.bookHeaders(rw.Header(), name, r.PathValue("result"))
	content, size, err := w.withStorage(rw.Header().Get("Content-Type"), file, info.Size())
	if err != nil {
		return err
	}
	rw.Header().Set("ETag", fmt.Sprintf(`"%s-%x-%x"`, result.Name, info.ModTime().UnixNano(), size))
	http.ServeContent(rw, r, "", info.ModTime(), content)
	return nil
}

// withStorage puts into a page of HTML what lets its scripts go on without the
// storage that they do not have.
func (w *Web) withStorage(kind string, file *os.File, size int64) (io.ReadSeeker, int64, error) {
	if kind != htmlType {
		return file, size, nil
	}
	at, err := afterHead(file, w.head)
	if err != nil || at < 0 {
		return file, size, err
	}
	page := spliced{file: file, at: at, text: w.storage}
	size += int64(len(w.storage))
	return io.NewSectionReader(page, 0, size), size, nil
}

// bookHeaders says what a file is, and what a browser may do with it.
func (w *Web) bookHeaders(h http.Header, name, result string) {
	h.Set("Content-Type", bookType(name))
	policy := bookSandbox + "; frame-ancestors " + w.ancestors()
	if h.Get("Content-Type") == pdfType {
		// Browsers show none in a sandbox. It cannot be anything else than a PDF, whose scripts know no origin.
		policy = "frame-ancestors " + w.ancestors()
	}
	h.Set("Content-Security-Policy", policy)
	// To a page of an origin of its own, its fonts, modules and data are those of
	// another. Nothing here is secret: who asks needs no cookie.
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", cacheResult)
	if result == build.Latest {
		h.Set("Cache-Control", cacheLatest)
	}
}

// errDirectory is met where a URL names a directory without its slash.
var errDirectory = errors.New("it is a directory")

// openPage opens the file that a path below a result means, and tells its name: a
// directory is shown by its index, and never listed.
func openPage(files *os.Root, at string, slash bool) (name string, file *os.File, err error) {
	name = strings.TrimSuffix(at, "/")
	if name == "" {
		name = "."
	}
	if !isBookPath(name) {
		return "", nil, noPage(nil)
	}
	info, err := files.Stat(name)
	switch {
	case err != nil:
		return "", nil, noPage(err)
	case info.IsDir() && !slash:
		return "", nil, errDirectory
	case info.IsDir():
		name = path.Join(name, "index.html")
	case slash:
		return "", nil, noPage(nil)
	}
	// Books of earlier systems were not copied by us: what is no file is not waited for.
	if file, err = files.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0); err != nil {
		return "", nil, noPage(err)
	}
	if info, err = file.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", nil, errors.Join(noPage(err), file.Close())
	}
	return name, file, nil
}

// isBookPath tells whether a path, with its escapes undone, can be that of a
// file of a book.
func isBookPath(name string) bool {
	if name == build.RecordFile || strings.Contains(name, "\x00") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == ".." || part == "." && name != "." {
			return false
		}
	}
	return true
}

func noPage(err error) error {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nbhosting.Because(err, nbhosting.NotFound, "This book has no such page.")
	}
	return nbhosting.Errorf(nbhosting.NotFound, "This book has no such page. It may have had one before it was built anew.")
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}
