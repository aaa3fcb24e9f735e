package nbhosting

import (
	"unicode"
	"unicode/utf8"
)

// CourseName is the short name under which a course is published. It is one
// segment of a URL and one component of a path.
type CourseName string

// Student names the person whose workspace is opened: in a MOOC an opaque id
// that the LMS gives, in class a login. It is one component of a path.
type Student string

const (
	maxCourseName = 128 // bytes
	maxStudent    = 150 // bytes
)

// ParseCourseName checks that s is a course name: a letter, digit or underscore,
// then any of those, dots and dashes; 128 bytes at most.
func ParseCourseName(s string) (CourseName, error) {
	if err := checkName("name of the course", s, maxCourseName); err != nil {
		return "", err
	}
	return CourseName(s), nil
}

// ParseStudent checks that s names a student, by the rule of [ParseCourseName];
// 150 bytes at most.
func ParseStudent(s string) (Student, error) {
	if err := checkName("name of the student", s, maxStudent); err != nil {
		return "", err
	}
	return Student(s), nil
}

func checkName(what Word, s string, most int) error {
	switch {
	case s == "":
		return Errorf(Invalid, "The %s is missing.", what)
	case len(s) > most:
		return Errorf(Invalid, "The %s is too long: %d bytes, where %d are allowed.", what, len(s), most)
	case !utf8.ValidString(s):
		return Errorf(Invalid, "The %s is not UTF-8 text.", what)
	}
	for i, r := range s {
		if isWord(r) || i > 0 && (r == '.' || r == '-') {
			continue
		}
		return Errorf(Invalid, "%q cannot be the %s: it takes letters, digits, “_”, and after the first also “.” and “-”.", s, what)
	}
	return nil
}

// isWord tells whether Python's \w matches r, which is what the URLs of
// existing sites were checked with.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// Key names one workspace, and the server that serves it.
type Key struct {
	Course  CourseName
	Student Student
}

// ParseKey checks the names of a course and a student.
func ParseKey(course, student string) (Key, error) {
	c, err := ParseCourseName(course)
	if err != nil {
		return Key{}, err
	}
	s, err := ParseStudent(student)
	if err != nil {
		return Key{}, err
	}
	return Key{Course: c, Student: s}, nil
}

// String returns the name that sites know the workspace's container by.
func (k Key) String() string { return string(k.Course) + "-x-" + string(k.Student) }
