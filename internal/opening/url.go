package opening

import (
	"net/url"
	"path"
	"strings"
)

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
