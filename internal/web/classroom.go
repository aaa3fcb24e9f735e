package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// The addresses of the pages for a class, as existing sites have them.
const (
	coursesPage     = "/auditor/courses"
	classroomPrefix = "/auditor/notebook/"
)

// ClassroomPath returns the URL path of the page that shows all of a course.
func ClassroomPath(course nbhosting.CourseName) string {
	return classroomPrefix + url.PathEscape(string(course))
}

// Classroom says whether there are pages for a class, and for whom.
type Classroom struct {
	Open       bool
	Student    nbhosting.Student // as whom everybody works; empty: the pages ask
	Workspaces *workspace.Workspaces
}

// studentKey is the part of a query that says who works in the class.
const studentKey = "student"

// visitor is who looks at a page for a class.
type visitor struct {
	Student nbhosting.Student
	query   string // to be kept in links to such pages, with its "?", or empty
	app     nbhosting.FrontEnd
}

// classroomPage turns the handler of a page for a class into one that admits as
// an opening does (or these pages, which are of our own origin, would be a way
// around its rules), and asks for a name where it needs one.
func (w *Web) classroomPage(handle func(http.ResponseWriter, *http.Request, visitor) error) func(http.ResponseWriter, *http.Request) error {
	return func(rw http.ResponseWriter, r *http.Request) error {
		if err := w.Opener.Rules.Check(r); err != nil {
			return err
		}
		// What the notebook's opening is judged by is the page that it is framed in.
		rw.Header().Set("Referrer-Policy", "same-origin")
		if w.Classroom.Student != "" {
			return handle(rw, r, visitor{Student: w.Classroom.Student})
		}
		name := strings.TrimSpace(r.URL.Query().Get(studentKey))
		student, err := nbhosting.ParseStudent(name)
		if err != nil {
			return w.askName(rw, r, name, err)
		}
		return handle(rw, r, visitor{Student: student, query: "?" + url.Values{studentKey: {name}}.Encode()})
	}
}

// namePage asks who works in the class.
type namePage struct {
	Title, Name, Failure string
}

func (w *Web) askName(rw http.ResponseWriter, r *http.Request, name string, err error) error {
	p := texts.For(r)
	page := namePage{Title: p.T("Who are you?"), Name: name}
	code := http.StatusOK
	if name != "" {
		page.Failure, code = texts.Message(p, err), statusOf(err)
	}
	return w.render(rw, r, code, "name", page)
}

// classroomAddress is what the address of a classroom page says.
type classroomAddress struct {
	course   nbhosting.CourseName
	tracks   []string           // what the track may be called: with "@…" at its end, and without
	notebook string             // with or without its extension; empty: the first one
	app      nbhosting.FrontEnd // in which notebooks are shown; empty: the one that the course chose
}

// appSuffix is the front end that an address names.
var appSuffix = regexp.MustCompile(`@[A-Za-z0-9_-]*$`)

// parseClassroom reads an escaped URL path C[:TRACK][@app][/NB] after its prefix.
// Signs that separate nothing may be escaped.
func parseClassroom(escaped string) (classroomAddress, error) {
	head, rest, _ := strings.Cut(strings.TrimPrefix(escaped, classroomPrefix), "/")
	course, track, _ := strings.Cut(appSuffix.ReplaceAllString(head, ""), ":")
	_, whole, _ := strings.Cut(head, ":")
	parts := []string{course, whole, track, strings.TrimSuffix(rest, "/")}
	for i, part := range parts {
		text, err := url.PathUnescape(part)
		if err != nil {
			return classroomAddress{}, nbhosting.Because(err, nbhosting.Invalid, "The address cannot be read.")
		}
		parts[i] = text
	}
	name, err := nbhosting.ParseCourseName(parts[0])
	if err != nil {
		return classroomAddress{}, err
	}
	if parts[3] != "" {
		if err := nbhosting.CheckNotebookPath(parts[3]); err != nil {
			return classroomAddress{}, err
		}
	}
	app, _ := nbhosting.FrontEndNamed(strings.TrimPrefix(appSuffix.FindString(head), "@"))
	return classroomAddress{course: name, tracks: parts[1:3], notebook: parts[3], app: app}, nil
}

// classroomPath returns the URL path of a notebook in a track, escaped.
func classroomPath(course nbhosting.CourseName, track, notebook string, app nbhosting.FrontEnd) string {
	at := ClassroomPath(course)
	if track != "" {
		at += ":" + strings.NewReplacer(":", "%3A", "@", "%40").Replace(url.PathEscape(track))
	}
	if app != "" {
		at += "@" + string(app)
	}
	if notebook == "" {
		return at
	}
	for part := range strings.SplitSeq(notebook, "/") {
		at += "/" + url.PathEscape(part)
	}
	return at
}
