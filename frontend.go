package nbhosting

import "strings"

// FrontEnd is one of the applications in which Jupyter shows what a server has.
// Its name begins the path of its pages below a server's address.
type FrontEnd string

const (
	Tree    FrontEnd = "tree"    // Notebook: a list of files, from which each opens in a page of its own
	Lab     FrontEnd = "lab"     // JupyterLab
	Classic FrontEnd = "classic" // the Notebook of old, for notebooks only
)

// AppKey is the part of a query that names the front end for a notebook.
const AppKey = "app"

// FrontEndNamed returns the front end that addresses name so, if there is one. Some
// names are those of existing sites.
func FrontEndNamed(name string) (f FrontEnd, ok bool) {
	switch name {
	case "lab", "jlab":
		return Lab, true
	case "classic", "nbclassic":
		return Classic, true
	case "tree", "notebook":
		return Tree, true
	}
	return "", false
}

// NotebookURL returns where a notebook is, below a server's address, with {notebook} in it.
func (f FrontEnd) NotebookURL() string {
	switch f {
	case Lab:
		return "lab/tree/{notebook}"
	case Classic:
		return "nbclassic/notebooks/{notebook}"
	case Tree:
		return "notebooks/{notebook}"
	}
	return ""
}

// Page returns the path of the page that shows folder, below a server's address, escaped.
func (f FrontEnd) Page(folder string) string {
	switch {
	case folder == "":
		return string(f)
	case f == Lab:
		return "lab/tree/" + escapePath(folder)
	}
	return string(f) + "/" + escapePath(folder)
}

// parseForward reads COURSE/STUDENT/PAGE….
func parseForward(segments []string) (Launch, error) {
	if len(segments) < 3 {
		return Launch{}, Errorf(Invalid, "The address should name a course, a student and a page of Jupyter: /%s/COURSE/STUDENT/tree or /%s/COURSE/STUDENT/lab.", ForwardSegment, ForwardSegment)
	}
	key, err := ParseKey(segments[0], segments[1])
	if err != nil {
		return Launch{}, err
	}
	frontEnd, folder, ok := splitPage(segments[2:])
	if !ok {
		return Launch{}, Errorf(Invalid, "The pages of Jupyter that open from here are “tree” and “lab”, not %q.", segments[2])
	}
	if folder != "" {
		if err := checkPath("path in the workspace", folder); err != nil {
			return Launch{}, err
		}
	}
	return Launch{Course: key.Course, Student: key.Student, FrontEnd: frontEnd, Folder: folder}, nil
}

// splitPage takes the path of a page of Jupyter's apart. JupyterLab shows folders
// below "tree"; where that is left out, they are meant all the same.
func splitPage(segments []string) (f FrontEnd, folder string, ok bool) {
	f, segments = FrontEnd(segments[0]), segments[1:]
	switch f {
	case Lab:
		if len(segments) > 0 && segments[0] == "tree" {
			segments = segments[1:]
		}
	case Tree:
	default:
		return "", "", false
	}
	return f, strings.Join(segments, "/"), true
}
