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
	return notebookURL(cmp.Or(revision.NotebookURL, o.NotebookURL), file)
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
