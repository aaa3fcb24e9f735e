package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Students returns all who have a home, sorted by name.
func (ws *Workspaces) Students() ([]nbhosting.Student, error) {
	entries, err := os.ReadDir(ws.dir)
	if err != nil {
		return nil, err
	}
	var all []nbhosting.Student
	for _, e := range entries {
		if s, err := nbhosting.ParseStudent(e.Name()); err == nil && e.IsDir() {
			all = append(all, s)
		}
	}
	return all, nil
}

// Courses returns the courses in which a student has a workspace, sorted by name.
func (ws *Workspaces) Courses(s nbhosting.Student) ([]nbhosting.CourseName, error) {
	entries, err := os.ReadDir(filepath.Join(ws.dir, string(s)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []nbhosting.CourseName
	for _, e := range entries {
		if c, err := nbhosting.ParseCourseName(e.Name()); err == nil && e.IsDir() {
			all = append(all, c)
		}
	}
	return all, nil
}
