package job

import "github.com/nbhosting/nbhosting"

// RenameCourse makes the jobs of a course known under its new name, which the
// store has given them already. Those that wait still ask for the old one, and
// will find that there is no such course.
func (m *Manager) RenameCourse(old, name nbhosting.CourseName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.jobs {
		if e.job.Course == old {
			e.job.Course = name
		}
	}
}

// ForgetCourse forgets the jobs of a course that is gone, with their logs. Those
// that wait are cancelled; one that runs, such as the removal of the course
// itself, is kept and ends by itself.
func (m *Manager) ForgetCourse(name nbhosting.CourseName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ended []*entry
	for _, e := range m.jobs {
		if e.job.Course != name || e.cancel != nil {
			continue
		}
		if !e.job.Ended() {
			m.unqueue(e)
			m.finish(e, errCancelled)
		}
		ended = append(ended, e)
	}
	m.forget(ended)
}
