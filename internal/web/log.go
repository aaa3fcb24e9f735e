package web

import (
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/snapshot"
)

// logged writes a line for each request: of our own pages for everybody, of the
// many that Jupyter's pages and books make for those who debug.
func (w *Web) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		level := slog.LevelInfo
		for _, many := range []string{nbhosting.ServerPrefix, build.PathPrefix, snapshot.LibrariesPath, "/assets/"} {
			if strings.HasPrefix(r.URL.Path, many) {
				level = slog.LevelDebug
			}
		}
		if !w.Logger.Enabled(r.Context(), level) {
			next.ServeHTTP(rw, r)
			return
		}
		begun := time.Now()
		counted := &statusWriter{ResponseWriter: rw, status: http.StatusOK}
		next.ServeHTTP(counted, r)
		w.Logger.Log(r.Context(), level, "request", "method", r.Method, "path", loggedPath(r),
			"status", counted.status, "took", time.Since(begun), "from", r.RemoteAddr)
	})
}

// loggedPath returns what may be logged of a request's path. It is read as
// leniently as anybody may have written it: "//server/…" holds a secret as well.
func loggedPath(r *http.Request) string {
	return loggedSnapshot(nbhosting.RedactPath(path.Clean("/" + r.URL.Path)))
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap is for http.ResponseController: flushing and hijacking work as without us.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
