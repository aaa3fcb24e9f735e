package web

import (
	"net/http"
	"time"

	"github.com/nbhosting/nbhosting"
)

// ServerLine is one server in the list of all. It holds nothing secret.
type ServerLine struct {
	ID        nbhosting.ServerID   `json:"id"`
	Course    nbhosting.CourseName `json:"course"`
	Student   nbhosting.Student    `json:"student"`
	State     string               `json:"state"`
	Image     string               `json:"image"`
	Revision  string               `json:"revision"`
	StartedAt time.Time            `json:"started_at"`
}

func (w *Web) listServers(*http.Request) (any, error) {
	if err := w.Servers.Known(); err != nil {
		return nil, err
	}
	servers := w.Servers.Servers()
	lines := make([]ServerLine, len(servers))
	for i, s := range servers {
		lines[i] = ServerLine{
			ID: s.ID, Course: s.Key.Course, Student: s.Key.Student, State: s.State.String(),
			Image: s.Image, Revision: s.Revision, StartedAt: s.StartedAt,
		}
	}
	return lines, nil
}

func (w *Web) stopServer(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	student, err := nbhosting.ParseStudent(r.PathValue("student"))
	if err != nil {
		return nil, err
	}
	if err := w.Servers.Known(); err != nil {
		return nil, err
	}
	return struct{}{}, w.Servers.Stop(r.Context(), nbhosting.Key{Course: name, Student: student})
}
