package web

import (
	"bytes"
	"crypto/subtle"
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

//go:embed pages static
var files embed.FS

// pages are the templates in one language, by name.
type pages map[string]*template.Template

// parsePages returns the pages by language. It panics if a template does not parse: they are part of the program,
// and a test executes each.
func parsePages() map[string]pages {
	all := map[string]pages{}
	for _, p := range texts.All() {
		parse := func(names ...string) *template.Template {
			return template.Must(template.New("").Funcs(p.Funcs()).ParseFS(files, names...))
		}
		said := pages{"classroom": parse("pages/classroom.html"), "bar": parse("pages/bar.html")}
		for _, name := range []string{"welcome", "opening", "stop", "error", "courses", "name", "confirm", "done", "histories", "history", "shares"} {
			said[name] = parse("pages/layout.html", "pages/"+name+".html")
		}
		for _, name := range []string{"version", "update"} {
			said[name] = parse("pages/layout.html", "pages/changes.html", "pages/"+name+".html")
		}
		all[p.Lang()] = said
	}
	return all
}

// pageFile returns a file that is part of the pages. It panics if there is none, as parsePages does.
func pageFile(name string) string {
	text, err := files.ReadFile("pages/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// render answers with a page, in the language of who asks.
func (w *Web) render(rw http.ResponseWriter, r *http.Request, code int, name string, data any) error {
	var out bytes.Buffer
	lang := texts.For(r).Lang()
	if err := w.pages[lang][name].ExecuteTemplate(&out, "layout", data); err != nil {
		return err
	}
	h := rw.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Add("Vary", "Accept-Language")
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", w.policy)
	}
	rw.WriteHeader(code)
	_, _ = out.WriteTo(rw) // who does not read it is gone
	return nil
}

func (w *Web) asset(rw http.ResponseWriter, r *http.Request) error {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return err
	}
	name := r.PathValue("file")
	if _, err := fs.Stat(static, name); err != nil {
		return nbhosting.Because(err, nbhosting.NotFound, "There is no such file.")
	}
	rw.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(rw, r, static, name)
	return nil
}

// page turns a handler that may fail into one that shows the failure. What it
// answers is nobody's to keep, unless the handler says so.
func (w *Web) page(handle func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		err := handle(rw, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		w.logFailure(r, err)
		if !isPerson(r) {
			refuse(rw, r, err)
			return
		}
		p := texts.For(r)
		data := struct{ Title, Message string }{p.T(errorTitle(err)), texts.Message(p, err)}
		if err := w.render(rw, r, statusOf(err), "error", data); err != nil {
			w.Logger.Error("the page of an error failed", "err", err)
		}
	})
}

// refuse tells a program what failed.
func refuse(rw http.ResponseWriter, r *http.Request, err error) {
	p := texts.For(r)
	rw.Header().Set("Content-Language", p.Lang())
	rw.Header().Add("Vary", "Accept-Language")
	http.Error(rw, texts.Message(p, err), statusOf(err))
}

func (w *Web) logFailure(r *http.Request, err error) {
	log := w.Logger.Info
	if nbhosting.KindOf(err) == nbhosting.Internal {
		log = w.Logger.Error
	}
	log("refused", "method", r.Method, "path", loggedPath(r), "kind", nbhosting.KindOf(err).String(), "err", err)
}

// statusOf is the one table from kinds of errors to HTTP statuses.
func statusOf(err error) int {
	switch nbhosting.KindOf(err) {
	case nbhosting.Invalid:
		return http.StatusBadRequest
	case nbhosting.Denied:
		return http.StatusForbidden
	case nbhosting.NotFound:
		return http.StatusNotFound
	case nbhosting.Conflict:
		return http.StatusConflict
	case nbhosting.Unavailable:
		return http.StatusServiceUnavailable
	case nbhosting.Timeout:
		return http.StatusGatewayTimeout
	case nbhosting.Internal:
	}
	return http.StatusInternalServerError
}

func errorTitle(err error) string {
	switch nbhosting.KindOf(err) {
	case nbhosting.Invalid:
		return texts.Mark("This address cannot be right")
	case nbhosting.Denied:
		return texts.Mark("You cannot open this from here")
	case nbhosting.NotFound:
		return texts.Mark("Not found")
	case nbhosting.Conflict, nbhosting.Unavailable, nbhosting.Timeout, nbhosting.Internal:
	}
	return texts.Mark("This did not work")
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
