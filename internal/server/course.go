package server

import "github.com/nbhosting/nbhosting"

// Running returns the students of a course whose servers are not stopped. The
// error is that of [Manager.Known].
func (m *Manager) Running(course nbhosting.CourseName) ([]nbhosting.Student, error) {
	if err := m.Known(); err != nil {
		return nil, err
	}
	var students []nbhosting.Student
	for _, s := range m.Servers() {
		if s.Key.Course == course {
			students = append(students, s.Key.Student)
		}
	}
	return students, nil
}

// Revisions returns the revisions that the servers of a course began with.
func (m *Manager) Revisions(course nbhosting.CourseName) []string {
	var revisions []string
	for _, s := range m.Servers() {
		if s.Key.Course == course {
			revisions = append(revisions, s.Revision)
		}
	}
	return revisions
}
