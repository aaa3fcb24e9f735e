// Package web is what browsers see that is not Jupyter: the pages on the way to
// a notebook, and the JSON API that commands are clients of.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/snapshot"
	"github.com/nbhosting/nbhosting/internal/texts"
	"github.com/nbhosting/nbhosting/internal/upkeep"
	"github.com/nbhosting/nbhosting/internal/work"
)

// Options are what the pages and the API work with; all are required but where it says nil.
type Options struct {
	Opener         *opening.Opener
	Courses        *course.Catalog
	Builds         build.Results
	Snapshots      Snapshots
	Servers        *server.Manager
	Reports        func(context.Context) map[nbhosting.ServerID]monitor.Report
	Past           PastServers
	Upkeep         *upkeep.Keeper
	Puller         Puller // nil: pushes are not listened to
	Classroom      Classroom
	Work           *work.Work
	Monitor        Monitor                                  // nil: servers do not stop by themselves
	Shortages      func(nbhosting.Server) []Shortage        // nil: nobody knows of any
	DiskWarning    int64                                    // bytes of a workspace from which on its student is told; 0: never
	SupportCode    func(nbhosting.Student) string           // stands for a student, and does not tell who that is
	Replace        func(context.Context) (Successor, error) // has another program serve the site
	Proxy          http.Handler
	PublicURL      string   // of the site, as browsers and git hosts see it
	FrameAncestors []string // sources of a frame-ancestors directive
	Version        string
	Logger         *slog.Logger
}

// Web holds the handlers.
type Web struct {
	Options
	attempts *opening.Attempts
	pages    map[string]pages
	policy   string         // Content-Security-Policy of our own pages
	head     *regexp.Regexp // begins the head of a page of a book
	storage  string         // what is put there
	origins  *http.CrossOriginProtection
	barPages map[string]barHandler
	disk     *disks
	packing  packing
}

// New returns the handlers of a site.
func New(o Options) *Web {
	w := &Web{
		Options: o, attempts: opening.NewAttempts(o.Opener), pages: parsePages(),
		head: regexp.MustCompile(`(?i)<head(\s[^>]*)?>`), storage: "<script>" + pageFile("book.js") + "</script>",
		origins: http.NewCrossOriginProtection(), disk: newDisks(o.Opener),
	}
	w.barPages = w.barRoutes()
	w.policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " + w.ancestors()
	return w
}

// ancestors are the sources of a frame-ancestors directive: who may frame our pages.
func (w *Web) ancestors() string {
	if len(w.FrameAncestors) == 0 {
		return "'none'"
	}
	return strings.Join(w.FrameAncestors, " ")
}

// Public is what the site's address serves.
func (w *Web) Public() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", w.page(w.welcome))
	mux.Handle("GET /assets/{file}", w.page(w.asset))
	mux.Handle("GET "+build.PathPrefix+"{course}/{build}/{result}", w.page(w.book))
	mux.Handle("GET "+build.PathPrefix+"{course}/{build}/{result}/{path...}", w.page(w.book))
	mux.Handle("GET "+snapshot.PathPrefix+"{course}/{page}", w.page(w.snapshot))
	mux.Handle("GET "+snapshot.LibrariesPath+"{file}", w.page(w.library))
	mux.Handle("GET "+nbhosting.OpeningPrefix+"{id}", w.page(w.showAttempt))
	mux.Handle("GET "+nbhosting.OpeningPrefix+"{id}/events", w.page(w.followAttempt))
	mux.Handle("POST "+nbhosting.OpeningPrefix+"{id}/retry", w.page(w.retryAttempt))
	mux.Handle("POST "+nbhosting.OpeningPrefix+"{id}/jupyter", w.page(w.openJupyter))
	for _, end := range []string{"", "/{$}"} {
		mux.Handle("GET "+killPrefix+"{course}/{student}"+end, w.page(w.askToStop))
		mux.Handle("POST "+killPrefix+"{course}/{student}"+end, w.page(w.stop))
	}
	if w.Classroom.Open {
		mux.Handle("GET "+coursesPage, w.page(w.classroomPage(w.showCourses)))
		mux.Handle("GET "+coursesPage+"/{$}", w.page(w.classroomPage(w.showCourses)))
		mux.Handle("GET "+classroomPrefix, w.page(w.classroomPage(w.showClassroom)))
	}
	mux.HandleFunc("POST "+webhookPrefix+"{course}", w.webhook)
	mux.Handle("/", w.page(w.nothing))
	return w.logged(w.route(mux))
}

// Settle waits until the openings that are under way have ended, or ctx has.
func (w *Web) Settle(ctx context.Context) { w.attempts.Settle(ctx) }

// route takes the paths out of the mux's hands that it would clean: names of
// notebooks are anybody's, and what Jupyter is asked must reach it unchanged.
func (w *Web) route(mux http.Handler) http.Handler {
	open, bar, share := w.page(w.open), w.page(w.bar), w.page(w.shareByAddress)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case isBarPath(r):
			bar.ServeHTTP(rw, r)
		case strings.HasPrefix(r.URL.Path, nbhosting.ServerPrefix):
			if around, ok := w.barAround(r); ok {
				redirect(rw, around)
				return
			}
			w.Proxy.ServeHTTP(rw, r)
		case nbhosting.IsLaunchPath(r.URL.Path):
			open.ServeHTTP(rw, r)
		case strings.HasPrefix(r.URL.Path, sharePrefix):
			share.ServeHTTP(rw, r)
		default:
			mux.ServeHTTP(rw, r)
		}
	})
}

func (w *Web) welcome(rw http.ResponseWriter, r *http.Request) error {
	return w.render(rw, r, http.StatusOK, "welcome", struct{ Title string }{texts.For(r).T("Notebooks for courses")})
}

func (w *Web) nothing(_ http.ResponseWriter, r *http.Request) error {
	if r.URL.Path == "/" {
		return nbhosting.Errorf(nbhosting.Invalid, "This page can only be read.")
	}
	return nbhosting.Errorf(nbhosting.NotFound, "There is no page at this address.")
}
