package web

import (
	"net/http"
	"regexp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// coursesData is the page that lists the courses.
type coursesData struct {
	Title   string
	Student nbhosting.Student
	Courses []courseBox
}

// courseBox is one course in the list.
type courseBox struct {
	Name      nbhosting.CourseName
	Published bool
	Tracks    []namedLink
	Books     []namedLink
}

// namedLink leads somewhere.
type namedLink struct {
	Name, Description, Href string
	Current                 bool
}

// showCourses lists the courses; ?pattern= is a regular expression that their names hold.
func (w *Web) showCourses(rw http.ResponseWriter, r *http.Request, v visitor) error {
	pattern, err := regexp.Compile(r.URL.Query().Get("pattern"))
	if err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "The pattern is not a regular expression.")
	}
	all, err := w.Courses.Courses(r.Context())
	if err != nil {
		return err
	}
	data := coursesData{Title: texts.For(r).T("Courses"), Student: v.Student}
	for _, c := range all {
		if c.Archived || !pattern.MatchString(string(c.Name)) {
			continue
		}
		details, err := w.Courses.Show(r.Context(), c.Name)
		if nbhosting.KindOf(err) == nbhosting.NotFound { // deleted since
			continue
		}
		if err != nil {
			return err
		}
		box, err := w.courseBox(r, details, v)
		if err != nil {
			return err
		}
		data.Courses = append(data.Courses, box)
	}
	return w.render(rw, r, http.StatusOK, "courses", data)
}

func (w *Web) courseBox(r *http.Request, d course.Details, v visitor) (courseBox, error) {
	box := courseBox{Name: d.Name, Published: d.Revision != nil, Tracks: trackLinks(d, v)}
	books, err := w.bookLinks(r, d)
	box.Books = books
	return box, err
}

func trackLinks(d course.Details, v visitor) []namedLink {
	var links []namedLink
	for _, track := range d.Tracks {
		links = append(links, namedLink{
			Name: track.Name, Description: track.Description, Href: classroomPath(d.Name, track.ID, "", v.app) + v.query,
		})
	}
	return links
}

// bookLinks lead to the books of a course that can be read.
func (w *Web) bookLinks(r *http.Request, d course.Details) ([]namedLink, error) {
	if len(d.Builds) == 0 {
		return nil, nil
	}
	all, err := w.Upkeep.Builds.Status(r.Context(), d.Name)
	if err != nil {
		return nil, err
	}
	var links []namedLink
	for _, s := range all {
		link := namedLink{Name: s.Name, Description: s.Description}
		if s.Path != "" {
			link.Href = s.Path
			links = append(links, link)
			link.Name = texts.For(r).T("%s (on another site)", s.Name)
		}
		if s.ExternalURL != "" {
			link.Href = s.ExternalURL
			links = append(links, link)
		}
	}
	return links, nil
}
