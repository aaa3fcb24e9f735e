package web

import (
	"net/http"

	"github.com/nbhosting/nbhosting"
)

// StudentLine is a student in the answer to who looks for one.
type StudentLine struct {
	Student     nbhosting.Student      `json:"student"`
	SupportCode string                 `json:"support_code"`
	Courses     []nbhosting.CourseName `json:"courses"` // in which they have a workspace
}

// findStudents answers the students with the support code or the name in the
// query; without either, all.
func (w *Web) findStudents(r *http.Request) (any, error) {
	code, name := nbhosting.TidySupportCode(r.URL.Query().Get("code")), r.URL.Query().Get("name")
	all, err := w.Work.Workspaces.Students()
	if err != nil {
		return nil, err
	}
	lines := []StudentLine{}
	for _, s := range all {
		line := StudentLine{Student: s, SupportCode: w.SupportCode(s)}
		if code != "" && line.SupportCode != code || name != "" && string(s) != name {
			continue
		}
		if line.Courses, err = w.Work.Workspaces.Courses(s); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}
