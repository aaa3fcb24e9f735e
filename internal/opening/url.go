package opening

import (
	"cmp"
	"net/url"
	"path"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// page returns where a launch leads below a server's address; file is its notebook, if it has one.
func (o *Opener) page(launch nbhosting.Launch, revision *revision.Revision, file string) string {
	if file == "" {
		return launch.FrontEnd.Page(launch.Folder)
	}
	return notebookURL(cmp.Or(launch.FrontEnd.NotebookURL(), revision.NotebookURL, o.NotebookURL), file)
}

// location returns the URL path at which a launch is shown: our page around
// Jupyter, or Jupyter's own where the course wants no other.
func (o *Opener) location(s nbhosting.Server, launch nbhosting.Launch, revision *revision.Revision, file string) string {
	switch {
	case revision.Bare:
		return s.BasePath() + o.page(launch, revision, file)
	case file == "":
		return s.FrontEndPath(launch.FrontEnd, launch.Folder)
	}
	return s.NotebookPath(file, launch.FrontEnd)
}

// NotebookPage returns where a notebook of a workspace opens in Jupyter, below a
// server's address, escaped; app is empty for the front end that the course chose.
func (o *Opener) NotebookPage(course nbhosting.CourseName, file string, app nbhosting.FrontEnd) (string, error) {
	revision, err := o.Courses.Revision(course)
	if err != nil {
		return "", err
	}
	defer revision.Close()
	return o.page(nbhosting.Launch{FrontEnd: app}, revision, file), nil
}

// notebookURL returns where file is below a server's address. A text notebook
// is opened by jupytext: Jupyter would take it for a text to edit.
func notebookURL(format, file string) string {
	parts := strings.Split(file, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	location := strings.ReplaceAll(format, "{notebook}", strings.Join(parts, "/"))
	if path.Ext(file) != ".ipynb" && !strings.Contains(format, "?") {
		location += "?factory=Jupytext%20Notebook"
	}
	return location
}
