package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// barStatus is how a server and a notebook are, in the words of their student.
// The page asks for it again and again.
type barStatus struct {
	Running  bool      `json:"running"`
	SavedAt  time.Time `json:"saved_at,omitzero"` // the newest version in the history
	StopsAt  time.Time `json:"stops_at,omitzero"` // if nothing is done until then
	Urgent   bool      `json:"urgent"`            // it stops soon
	Outdated bool      `json:"outdated"`          // the course has a new version
	Why      string    `json:"why,omitempty"`     // the server does not run any more
	Disk     string    `json:"disk,omitempty"`    // what the student's files take
	Notices  []notice  `json:"notices,omitempty"`
}

// urgent is how long before a stop its student is warned.
const urgent = 10 * time.Minute

// Monitor knows when servers stop, and what befell them.
type Monitor interface {
	// StopsAt tells when a server stops if nothing is done; false if it does not.
	StopsAt(nbhosting.ServerID) (time.Time, bool)
	// KeepGoing puts the stop for want of activity off, as if something had been done now.
	KeepGoing(nbhosting.ServerID) error
}

func (w *Web) stopsAt(id nbhosting.ServerID) (time.Time, bool) {
	if w.Monitor == nil {
		return time.Time{}, false
	}
	return w.Monitor.StopsAt(id)
}

func (w *Web) barStatusOf(r *http.Request, v barVisit, file string) barStatus {
	s := barStatus{Running: v.server.ID != ""}
	if s.Running {
		if at, ok := w.stopsAt(v.server.ID); ok {
			s.StopsAt, s.Urgent = at, time.Until(at) < urgent
		}
	}
	if file == "" {
		return s
	}
	if latest, ok, err := w.Work.History.Latest(v.key, file); err == nil && ok {
		s.SavedAt = latest.Time
	}
	outdated, err := w.Work.Outdated(v.key, file)
	if err != nil && nbhosting.KindOf(err) == nbhosting.Internal {
		w.Logger.Warn("a notebook could not be compared with the course's", "course", v.key.Course, "student", v.key.Student, "notebook", file, "err", err)
	}
	s.Outdated = outdated
	return s
}

// barState answers how things are, for the page's script.
func (w *Web) barState(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		file = ""
	}
	s := w.barStatusOf(r, v, file)
	w.look(r.Context(), texts.For(r), v, &s)
	rw.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(rw).Encode(s)
}

// keepGoing puts the stop of the server off.
func (w *Web) keepGoing(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	if v.server.ID == "" || w.Monitor == nil {
		return nbhosting.Errorf(nbhosting.Conflict, "Your notebook server has stopped already. Open the notebook again: your work is saved.")
	}
	if err := w.Monitor.KeepGoing(v.server.ID); err != nil {
		return err
	}
	if isPerson(r) {
		file, _ := v.notebook()
		seeOther(rw, v.back(file))
		return nil
	}
	return w.barState(rw, r, v)
}

func seeOther(rw http.ResponseWriter, location string) {
	rw.Header().Set("Location", location)
	rw.WriteHeader(http.StatusSeeOther)
}
