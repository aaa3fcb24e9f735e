package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/monitor"
)

// ServerLine is one server in the list of all. It holds nothing secret. What is
// not known is left out.
type ServerLine struct {
	ID        nbhosting.ServerID   `json:"id"`
	Course    nbhosting.CourseName `json:"course"`
	Student   nbhosting.Student    `json:"student"`
	State     string               `json:"state"`
	Trouble   string               `json:"trouble,omitempty"` // "silent": Jupyter does not answer; "paused"
	Image     string               `json:"image"`
	Outdated  bool                 `json:"outdated,omitempty"` // the image was built anew since
	Revision  string               `json:"revision"`
	StartedAt time.Time            `json:"started_at"`
	Activity  *ServerActivity      `json:"activity,omitempty"`
	Use       *ServerUse           `json:"use,omitempty"`
	Disk      *DiskUse             `json:"disk,omitempty"` // of the workspace
}

// ServerActivity is what was done in a server, and what follows from that.
type ServerActivity struct {
	ActiveAt   time.Time  `json:"active_at"` // last use, of whatever kind
	StopAt     *time.Time `json:"stop_at,omitempty"`
	Why        string     `json:"why,omitempty"` // it is stopped then
	KeepUntil  *time.Time `json:"keep_until,omitempty"`
	Executes   uint64     `json:"executes"` // as far as this run of the program saw
	Saves      uint64     `json:"saves"`
	Websockets int        `json:"websockets"`
}

// ServerUse is what a server uses of the machine.
type ServerUse struct {
	Kernels     int     `json:"kernels"`
	Busy        int     `json:"busy"`
	Cores       float64 `json:"cores"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	MemoryBytes int64   `json:"memory_bytes"`
	MemoryLimit int64   `json:"memory_limit,omitempty"`
	PIDs        int64   `json:"pids"`
}

func (w *Web) listServers(r *http.Request) (any, error) {
	if err := w.Servers.Known(); err != nil {
		return nil, err
	}
	reports := w.Reports(r.Context())
	servers := w.Servers.Servers()
	lines := make([]ServerLine, len(servers))
	for i, s := range servers {
		lines[i] = lineOf(s, reports)
	}
	w.disk.fill(r.Context(), lines)
	return lines, nil
}

func lineOf(s nbhosting.Server, reports map[nbhosting.ServerID]monitor.Report) ServerLine {
	line := ServerLine{
		ID: s.ID, Course: s.Key.Course, Student: s.Key.Student, State: s.State.String(),
		Image: s.Image, Revision: s.Revision, StartedAt: s.StartedAt,
	}
	r, known := reports[s.ID]
	if !known {
		return line
	}
	switch {
	case r.Paused:
		line.Trouble = "paused"
	case r.Silent:
		line.Trouble = "silent"
	}
	line.Outdated = r.Outdated
	if r.Watching {
		line.Activity = activityOf(r)
	}
	if !r.LookedAt.IsZero() {
		line.Use = useOf(r)
	}
	return line
}

func activityOf(r monitor.Report) *ServerActivity {
	a := &ServerActivity{
		ActiveAt: r.Outlook.ActiveAt, Why: string(r.Outlook.Why), Executes: r.Activity.Executes, Saves: r.Activity.Saves,
		Websockets: r.Activity.Websockets,
	}
	if at := r.Outlook.StopAt; !at.IsZero() {
		a.StopAt = &at
	}
	if until := r.Outlook.KeepUntil; !until.IsZero() {
		a.KeepUntil = &until
	}
	return a
}

func useOf(r monitor.Report) *ServerUse {
	u := &ServerUse{
		Kernels: len(r.Kernels), Cores: r.Cores, CPUSeconds: r.Usage.CPU.Seconds(), MemoryBytes: r.Usage.MemoryBytes,
		MemoryLimit: r.Usage.MemoryLimit, PIDs: r.Usage.PIDs,
	}
	for _, k := range r.Kernels {
		if k.Busy() {
			u.Busy++
		}
	}
	return u
}

// serverKey says whose server a request is about.
func (w *Web) serverKey(r *http.Request) (nbhosting.Key, error) {
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Key{}, err
	}
	student, err := nbhosting.ParseStudent(r.PathValue("student"))
	if err != nil {
		return nbhosting.Key{}, err
	}
	return nbhosting.Key{Course: name, Student: student}, w.Servers.Known()
}

// findServer returns the server that a request is about; NotFound tells how the last one ended.
func (w *Web) findServer(r *http.Request) (nbhosting.Server, error) {
	key, err := w.serverKey(r)
	if err != nil {
		return nbhosting.Server{}, err
	}
	if s, ok := w.Servers.Find(key); ok {
		return s, nil
	}
	if end, ok := w.Servers.LastEnd(key); ok {
		return nbhosting.Server{}, nbhosting.Errorf(nbhosting.NotFound, "%s has no server in %s now. The last one ended at %s: %s.",
			key.Student, key.Course, end.At.UTC().Format(time.RFC3339), end.Reason)
	}
	return nbhosting.Server{}, nbhosting.Errorf(nbhosting.NotFound, "%s has no server in %s now.", key.Student, key.Course)
}

func (w *Web) showServer(r *http.Request) (any, error) {
	s, err := w.findServer(r)
	if err != nil {
		return nil, err
	}
	lines := []ServerLine{lineOf(s, w.Reports(r.Context()))}
	w.disk.fill(r.Context(), lines)
	return lines[0], nil
}

// ServerStop tells what came of stopping a server.
type ServerStop struct {
	Course  nbhosting.CourseName `json:"course"`
	Student nbhosting.Student    `json:"student"`
	Stopped bool                 `json:"stopped"` // false: there was none
}

func (w *Web) stopServer(r *http.Request) (any, error) {
	key, err := w.serverKey(r)
	if err != nil {
		return nil, err
	}
	_, runs := w.Servers.Find(key)
	if err := w.Servers.Stop(r.Context(), key); err != nil {
		return nil, err
	}
	return ServerStop{Course: key.Course, Student: key.Student, Stopped: runs}, nil
}

// ServerLog is the end of what a server printed.
type ServerLog struct {
	Output string `json:"output"`
}

// Lines of a server's log: those that are shown unless others are asked for, and the most.
const (
	logLines    = 100
	maxLogLines = 5000
)

func (w *Web) serverLog(r *http.Request) (any, error) {
	s, err := w.findServer(r)
	if err != nil {
		return nil, err
	}
	lines := logLines
	if asked := r.URL.Query().Get("lines"); asked != "" {
		if lines, err = strconv.Atoi(asked); err != nil || lines < 1 {
			return nil, nbhosting.Errorf(nbhosting.Invalid, "%q is not a number of lines.", asked)
		}
	}
	output, err := w.Servers.Output(r.Context(), s, min(lines, maxLogLines))
	if err != nil {
		return nil, nbhosting.Because(err, nbhosting.Unavailable, "What the server printed cannot be had now: %v.", err)
	}
	return ServerLog{Output: output}, nil
}
