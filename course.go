package nbhosting

import (
	"path"
	"strings"
	"time"
)

// Course is a git repository, published under a short name. Its fields are what people enter.
type Course struct {
	Name   CourseName
	GitURL string
	Branch string // empty until the first pull: the branch that the remote names as its default
	Image  string

	Network string // what its servers reach: “bridge”, “none”, or empty for what the site says

	Autopull  bool // pulled again and again, without anybody asking
	Autobuild bool // its builds run after each pull that publishes something
	Archived  bool // left alone: neither pulled nor built, and not listed unless asked for

	// WebhookSecret is what a git host proves itself with when it tells of a push;
	// empty: pushes are not listened to.
	WebhookSecret string
}

// Revision is one published commit of a course: an immutable tree on disk.
type Revision struct {
	Commit      string    // full hash
	Date        time.Time // of the commit
	PublishedAt time.Time
}

// CourseMount is the name, in the directory that holds modules and static as a
// server sees them, under which it sees the course's revisions: the links in
// those two lead through it.
const CourseMount = ".course"

// StaticMapping is a link name that appears beside every notebook and leads to
// read-only data of the course.
type StaticMapping struct {
	Source      string `json:"source"`      // name of the link
	Destination string `json:"destination"` // path from the top of the repository
}

// NotebookExtensions are the file name endings of what Jupyter opens as a
// notebook: .ipynb, and text through jupytext. The order is the one in which a
// name without extension is looked up.
var NotebookExtensions = []string{".py", ".ipynb", ".md"}

// TrimNotebookExtension drops one of NotebookExtensions from the end of path, never more.
func TrimNotebookExtension(path string) string {
	for _, ext := range NotebookExtensions {
		if stem, found := strings.CutSuffix(path, ext); found && stem != "" && !strings.HasSuffix(stem, "/") {
			return stem
		}
	}
	return path
}

// NotebookCandidates returns the files that may be meant by the notebook of a
// launch, in the order in which they are looked for.
//
// A name without a known ending stands for any format. One with an ending also
// stands for the other formats, since courses change format under links that
// stay. Every name is tried with an ending added as well, so that a dot in a name
// is just a dot.
func NotebookCandidates(notebook string) []string {
	ext := path.Ext(notebook)
	stem := TrimNotebookExtension(notebook)
	var files, others []string
	switch {
	case stem == notebook:
	case ext == ".ipynb":
		files, others = []string{notebook, stem + ".py"}, []string{stem + ".md"}
	case ext == ".py":
		files, others = []string{notebook, stem + ".ipynb"}, []string{stem + ".md"}
	default:
		files, others = []string{notebook}, []string{stem + ".py", stem + ".ipynb"}
	}
	for _, ext := range NotebookExtensions {
		files = append(files, notebook+ext)
	}
	return append(files, others...)
}
