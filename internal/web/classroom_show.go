package web

import (
	"net/http"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// classroomData is the page that shows a course: a track of it, and a notebook.
type classroomData struct {
	Title, CourseTitle string
	Student            nbhosting.Student
	Course             nbhosting.CourseName
	CoursesHref        string
	Empty              string // why there is nothing to choose from
	Track              string // the name of the one that is shown
	Tracks             []namedLink
	Books              []namedLink
	Apps               []namedLink // the same page in each front end
	Sections           []classSection
	Current            classNotebook // without a Src, no notebook
}

type classSection struct {
	Name      string
	Notebooks []classNotebook
}

// classNotebook is a notebook of the table of contents.
type classNotebook struct {
	Path, Title, Version string
	Href                 string // of the page that shows it
	Src                  string // opens it
	Opened, Current      bool
}

// showClassroom shows a course, a track of it, and a notebook.
func (w *Web) showClassroom(rw http.ResponseWriter, r *http.Request, v visitor) error {
	address, err := parseClassroom(r.URL.EscapedPath())
	if err != nil {
		return err
	}
	v.app = address.app
	details, err := w.Courses.Show(r.Context(), address.course)
	if err != nil {
		return err
	}
	data := classroomData{
		Student: v.Student, Course: details.Name, CoursesHref: coursesPage + v.query, Tracks: trackLinks(details, v),
	}
	if data.Books, err = w.bookLinks(r, details); err != nil {
		return err
	}
	track := findTrack(details.Tracks, address.tracks)
	if track >= 0 {
		data.Track, data.Tracks[track].Current = details.Tracks[track].Name, true
		if data.Sections, err = w.sections(details, details.Tracks[track], v); err != nil {
			return err
		}
	}
	data.choose(address, v)
	data.Apps = appLinks(texts.For(r), address, v)
	data.Empty = whyEmpty(texts.For(r), details, data.Sections)
	data.CourseTitle = string(details.Name)
	data.Title = data.CourseTitle
	if data.Current.Title != "" {
		data.Title = data.Current.Title + " – " + data.CourseTitle
	}
	rw.Header().Set("Content-Security-Policy", w.policy+"; frame-src 'self'")
	return w.render(rw, r, http.StatusOK, "classroom", data)
}

// appLinks lead to the same page in each front end.
func appLinks(p *texts.Printer, a classroomAddress, v visitor) []namedLink {
	track := ""
	if len(a.tracks) > 1 {
		track = a.tracks[1]
	}
	var links []namedLink
	for _, app := range []struct {
		name     nbhosting.FrontEnd
		sentence string
	}{{"", texts.Mark("As the course has it")}, {nbhosting.Lab, texts.Mark("In JupyterLab")}, {nbhosting.Classic, texts.Mark("In the classic Notebook")}} {
		links = append(links, namedLink{
			Name: p.T(app.sentence), Href: classroomPath(a.course, track, a.notebook, app.name) + v.query, Current: app.name == v.app,
		})
	}
	return links
}

func whyEmpty(p *texts.Printer, d course.Details, sections []classSection) string {
	switch {
	case d.Revision == nil:
		return p.T("This course has not been published yet.")
	case len(sections) == 0:
		return p.T("There are no notebooks in it yet.")
	}
	return ""
}

// findTrack returns the index of the track that has one of the names as its id,
// else as its name; else the first, and -1 if there is none.
func findTrack(tracks []settings.Track, names []string) int {
	for _, name := range names {
		for _, of := range []func(settings.Track) string{
			func(t settings.Track) string { return t.ID }, func(t settings.Track) string { return t.Name },
		} {
			if i := slices.IndexFunc(tracks, func(t settings.Track) bool { return name != "" && of(t) == name }); i >= 0 {
				return i
			}
		}
	}
	return min(len(tracks), 1) - 1
}

// sections are those of a track, with what the student has opened.
func (w *Web) sections(d course.Details, track settings.Track, v visitor) ([]classSection, error) {
	opened, err := w.opened(d, track, v)
	if err != nil {
		return nil, err
	}
	stems := map[string]int{}
	for path := range d.Notebooks {
		stems[nbhosting.TrimNotebookExtension(path)]++
	}
	var all []classSection
	for _, section := range track.Sections {
		s := classSection{Name: section.Name}
		for _, path := range section.Notebooks {
			name := nbhosting.TrimNotebookExtension(path)
			if stems[name] > 1 { // in several formats: only the extension tells them apart
				name = path
			}
			said := d.Notebooks[path]
			n := newClassNotebook(d.Name, track.ID, name, v)
			n.Path, n.Version, n.Opened = path, said.Version, opened[path]
			if said.Title != "" {
				n.Title = said.Title
			}
			s.Notebooks = append(s.Notebooks, n)
		}
		all = append(all, s)
	}
	return all, nil
}

// opened tells which notebooks of a track the student has, by whatever name these had
// when they were copied.
func (w *Web) opened(d course.Details, track settings.Track, v visitor) (map[string]bool, error) {
	revision, err := w.Courses.Revision(d.Name)
	if err != nil {
		return nil, err
	}
	defer revision.Close()
	names := map[string][]string{}
	var files []string
	for _, section := range track.Sections {
		for _, file := range section.Notebooks {
			names[file] = append([]string{file}, revision.Former(file)...)
			files = append(files, names[file]...)
		}
	}
	has, err := w.Classroom.Workspaces.Opened(nbhosting.Key{Course: d.Name, Student: v.Student}, files)
	if err != nil {
		return nil, err
	}
	opened := map[string]bool{}
	for file, all := range names {
		// By a former name they may have another notebook, which has it now: that one is listed, too.
		opened[file] = slices.ContainsFunc(all, func(name string) bool { return has[name] && (name == file || names[name] == nil) })
	}
	return opened, nil
}

// newClassNotebook is a notebook as it is called in addresses.
func newClassNotebook(name nbhosting.CourseName, track, notebook string, v visitor) classNotebook {
	launch := nbhosting.Launch{Course: name, Notebook: notebook, Student: v.Student, FrontEnd: v.app}
	if nbhosting.TrimNotebookExtension(notebook)+".ipynb" == notebook {
		launch.Notebook += ".ipynb.ipynb" // of which an opening drops two
	}
	return classNotebook{Path: notebook, Title: notebook, Href: classroomPath(name, track, notebook, v.app) + v.query, Src: launch.Path()}
}

// choose marks the notebook that an address names, or the first one. The course
// may have one that no track lists, and the student one that the course has no
// more: whether it can be opened, its opening says.
func (d *classroomData) choose(a classroomAddress, v visitor) {
	same := func(n classNotebook) bool { return a.notebook == "" || n.Path == a.notebook }
	alike := func(n classNotebook) bool { return nbhosting.TrimNotebookExtension(n.Path) == a.notebook }
	other := func(n classNotebook) bool { // the course has changed its format
		return nbhosting.TrimNotebookExtension(n.Path) == nbhosting.TrimNotebookExtension(a.notebook)
	}
	for _, fits := range []func(classNotebook) bool{same, alike, other} {
		for _, section := range d.Sections {
			if i := slices.IndexFunc(section.Notebooks, fits); i >= 0 {
				section.Notebooks[i].Current = true
				d.Current = section.Notebooks[i]
				return
			}
		}
	}
	if a.notebook != "" {
		d.Current = newClassNotebook(d.Course, "", a.notebook, v)
	}
}
