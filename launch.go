package nbhosting

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// The first segments of the URLs that open a student's server: at a notebook, or
// with the last one at Jupyter's own pages. The second is as old as the first
// systems that link here, and must be understood for ever. The third opens a
// notebook as well, in a workspace that is a clone of the course's repository.
const (
	LazyCopySegment = "notebookLazyCopy"
	ExerciseSegment = "ipythonExercice"
	GitRepoSegment  = "notebookGitRepo"
	ForwardSegment  = "ipythonForward"
)

const (
	maxLaunchPath = 4096 // bytes of the whole URL path
	maxComponent  = 255  // bytes of one file name: NAME_MAX of Linux file systems
)

// Launch is a request to open the server of some student: at a notebook, or
// without one at a page of Jupyter's own.
type Launch struct {
	Course   CourseName
	Notebook string // slash-separated path in the course, usually without extension; empty: FrontEnd and Folder say where
	Student  Student
	Git      bool // the workspace is to be a clone of the course's repository; only with a notebook
	Reset    bool // the notebook as the course has it, whatever the student has

	FrontEnd FrontEnd // empty: the one that the course chose
	Folder   string   // slash-separated path in the workspace, which need not exist; empty: its top
}

// Key names the workspace that the launch opens.
func (l Launch) Key() Key { return Key{Course: l.Course, Student: l.Student} }

// Path returns the URL path, with a query if need be, that opens the same again, escaped.
func (l Launch) Path() string {
	course, student := url.PathEscape(string(l.Course)), url.PathEscape(string(l.Student))
	if l.Notebook == "" {
		return "/" + ForwardSegment + "/" + course + "/" + student + "/" + l.FrontEnd.Page(l.Folder)
	}
	segment := LazyCopySegment
	if l.Git {
		segment = GitRepoSegment
	}
	path := "/" + segment + "/" + course + "/" + escapePath(l.Notebook) + "/" + student
	if l.FrontEnd != "" {
		path += "?" + AppKey + "=" + string(l.FrontEnd)
	}
	return path
}

// escapePath escapes each part of a slash-separated path for a URL.
func escapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// IsLaunchPath tells whether a URL path asks for a server to be opened.
func IsLaunchPath(path string) bool {
	first, _, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return found && slices.Contains([]string{LazyCopySegment, ExerciseSegment, GitRepoSegment, ForwardSegment}, first)
}

// ParseLaunch reads the unescaped URL path /notebookLazyCopy/COURSE/NOTEBOOK…/STUDENT,
// its alias, /notebookGitRepo/…, or /ipythonForward/COURSE/STUDENT/PAGE…. The notebook takes every
// segment between; up to two ".ipynb", which some LMS append, are dropped from
// its end. The page is "tree", "lab" or "lab/tree", then possibly a path in the
// workspace. A last slash is allowed.
func ParseLaunch(path string) (Launch, error) {
	if len(path) > maxLaunchPath {
		return Launch{}, Errorf(Invalid, "The address is too long: %d bytes, where %d are allowed.", len(path), maxLaunchPath)
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	segments := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	if first == ForwardSegment {
		return parseForward(segments)
	}
	launch, err := parseNotebookLaunch(segments)
	launch.Git = err == nil && first == GitRepoSegment
	return launch, err
}

func parseNotebookLaunch(segments []string) (Launch, error) {
	if len(segments) < 3 {
		return Launch{}, Errorf(Invalid, "The address should name a course, a notebook and a student: /%s/COURSE/NOTEBOOK/STUDENT.", LazyCopySegment)
	}
	last := len(segments) - 1
	key, err := ParseKey(segments[0], segments[last])
	if err != nil {
		return Launch{}, err
	}
	notebook := dropIpynb(strings.Join(segments[1:last], "/"))
	if err := CheckNotebookPath(notebook); err != nil {
		return Launch{}, err
	}
	return Launch{Course: key.Course, Notebook: notebook, Student: key.Student}, nil
}

// dropIpynb drops one or two ".ipynb" from the end of a name that has more than that.
func dropIpynb(notebook string) string {
	for range 2 {
		if shorter, found := strings.CutSuffix(notebook, ".ipynb"); found && shorter != "" {
			notebook = shorter
		}
	}
	return notebook
}

// CheckNotebookPath checks that path can name a notebook in a course: relative,
// without "." and ".." and without control characters.
func CheckNotebookPath(path string) error { return checkPath("name of the notebook", path) }

func checkPath(what Word, path string) error {
	if !utf8.ValidString(path) {
		return Errorf(Invalid, "The %s is not UTF-8 text.", what)
	}
	for r := range strings.SplitSeq(path, "/") {
		switch {
		case r == "":
			return Errorf(Invalid, "The %s has an empty part: %q.", what, path)
		case r == "." || r == "..":
			return Errorf(Invalid, "The %s may not hold %q: %q.", what, r, path)
		case len(r) > maxComponent:
			return Errorf(Invalid, "The %s is too long: %d bytes between two slashes, where %d are allowed.", what, len(r), maxComponent)
		case strings.ContainsFunc(r, func(c rune) bool { return c < ' ' || c == 0x7f }):
			return Errorf(Invalid, "The %s holds a control character: %q.", what, path)
		}
	}
	return nil
}
