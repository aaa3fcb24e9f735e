package nbhosting

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// The first segments of the URLs that open a notebook. The second is as old as
// the first systems that link here, and must be understood for ever.
const (
	LazyCopySegment = "notebookLazyCopy"
	ExerciseSegment = "ipythonExercice"
)

const (
	maxLaunchPath = 4096 // bytes of the whole URL path
	maxComponent  = 255  // bytes of one file name: NAME_MAX of Linux file systems
)

// Launch is a request to open a notebook as some student.
type Launch struct {
	Course   CourseName
	Notebook string // slash-separated path in the course, usually without extension
	Student  Student
}

// Key names the workspace that the launch opens.
func (l Launch) Key() Key { return Key{Course: l.Course, Student: l.Student} }

// Path returns the URL path that opens the same notebook again, escaped.
func (l Launch) Path() string {
	parts := strings.Split(l.Notebook, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "/" + LazyCopySegment + "/" + url.PathEscape(string(l.Course)) + "/" +
		strings.Join(parts, "/") + "/" + url.PathEscape(string(l.Student))
}

// IsLaunchPath tells whether a URL path asks for a notebook to be opened.
func IsLaunchPath(path string) bool {
	first, _, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return found && (first == LazyCopySegment || first == ExerciseSegment)
}

// ParseLaunch reads the unescaped URL path /notebookLazyCopy/COURSE/NOTEBOOK…/STUDENT
// or its alias. The notebook takes every segment between; up to two ".ipynb",
// which some LMS append, are dropped from its end; a last slash is allowed.
func ParseLaunch(path string) (Launch, error) {
	if len(path) > maxLaunchPath {
		return Launch{}, Errorf(Invalid, "The address is too long: %d bytes, where %d are allowed.", len(path), maxLaunchPath)
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	segments := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	if len(segments) < 3 {
		return Launch{}, Errorf(Invalid, "The address should name a course, a notebook and a student: /%s/COURSE/NOTEBOOK/STUDENT.", LazyCopySegment)
	}
	last := len(segments) - 1
	course, err := ParseCourseName(segments[0])
	if err != nil {
		return Launch{}, err
	}
	student, err := ParseStudent(segments[last])
	if err != nil {
		return Launch{}, err
	}
	notebook := dropIpynb(strings.Join(segments[1:last], "/"))
	if err := CheckNotebookPath(notebook); err != nil {
		return Launch{}, err
	}
	return Launch{Course: course, Notebook: notebook, Student: student}, nil
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
func CheckNotebookPath(path string) error {
	if !utf8.ValidString(path) {
		return Errorf(Invalid, "The name of the notebook is not UTF-8 text.")
	}
	for r := range strings.SplitSeq(path, "/") {
		switch {
		case r == "":
			return Errorf(Invalid, "The name of the notebook has an empty part: %q.", path)
		case r == "." || r == "..":
			return Errorf(Invalid, "The name of the notebook may not hold %q: %q.", r, path)
		case len(r) > maxComponent:
			return Errorf(Invalid, "The name of the notebook is too long: %d bytes between two slashes, where %d are allowed.", len(r), maxComponent)
		case strings.ContainsFunc(r, func(c rune) bool { return c < ' ' || c == 0x7f }):
			return Errorf(Invalid, "The name of the notebook holds a control character: %q.", path)
		}
	}
	return nil
}
