package jupytertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// refusal is an error that says what status to answer.
type refusal struct {
	code int
	text string
}

func (e refusal) Error() string { return e.text }

func answering(handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		var refused refusal
		switch {
		case err == nil:
			return
		case errors.As(err, &refused):
		case errors.Is(err, fs.ErrNotExist):
			refused = refusal{http.StatusNotFound, err.Error()}
		default:
			refused = refusal{http.StatusInternalServerError, err.Error()}
		}
		_ = answer(w, refused.code, map[string]string{"message": refused.text}) // or nobody listens
	}
}

func answer(w http.ResponseWriter, code int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	return json.NewEncoder(w).Encode(v)
}

// maxBody bounds what is read of a request.
const maxBody = 100 << 20

func read(r *http.Request, into any) error {
	if err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return refusal{http.StatusBadRequest, err.Error()}
	}
	return nil
}

func cut(pattern string) (method, path string, ok bool) { return strings.Cut(pattern, " ") }

// stamp is a time as Jupyter writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func empty(w http.ResponseWriter, _ *http.Request) error { return answer(w, http.StatusOK, []int{}) }

// assets is how many files a page has, each of assetSize bytes: together, about what Notebook loads first.
const (
	assets    = 4
	assetSize = 64 << 10
)

// page stands for any page of Jupyter's.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!DOCTYPE html>\n<title>%s</title>\n", html.EscapeString(r.PathValue("path")))
	for i := range assets {
		fmt.Fprintf(w, "<script src=\"%sstatic/%d.js\"></script>\n", html.EscapeString(s.settings.Base), i)
	}
	return nil
}

var assetText = []byte("//" + strings.Repeat("x", assetSize-3) + "\n")

func asset(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/javascript")
	w.Header().Set("Cache-Control", "max-age=86400")
	_, err := w.Write(assetText)
	return err
}
