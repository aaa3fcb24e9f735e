package app

import (
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/stats"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (a *App) newMonitor(doors *doors) *monitor.Monitor {
	c := &counter{
		recorder: stats.Recorder{Root: a.cfg.Root}, homes: &stats.Homes{Dir: filepath.Join(a.cfg.Root, "students")},
		courses: a.db.Courses, log: a.log, headed: map[nbhosting.CourseName]bool{},
	}
	c.engine, _ = a.engine.(runtimeDir)
	return monitor.New(monitor.Options{
		Servers: a.servers, Activity: doors.activity, Rules: rules(a.cfg.Monitor), Counter: c, Logger: a.log,
	})
}

// activity is what the proxy saw of a server.
func (d *doors) activity(id nbhosting.ServerID) (monitor.Activity, bool) {
	a, ok := d.proxy.Activity(id)
	return monitor.Activity{
		LastInput: a.LastInput, LastSave: a.LastSave, LastRequest: a.LastRequest,
		Executes: a.Executes, Saves: a.Saves, Websockets: a.Websockets,
	}, ok
}

// rules are what the monitor goes by.
func rules(m config.Monitor) monitor.Rules {
	return monitor.Rules{
		Period: m.Period, Idle: m.Idle, Lingering: m.Lingering, Grace: m.Grace, Busy: m.Busy,
		KeepGoing: m.KeepGoing, Spare: m.Spare, Counts: m.Counts,
	}
}

// outlooks tells pages what the monitor will do.
type outlooks struct{ *monitor.Monitor }

// StopsAt tells when a server stops if nothing is done.
func (o outlooks) StopsAt(id nbhosting.ServerID) (time.Time, bool) {
	outlook, ok := o.Outlook(id)
	return outlook.StopAt, ok && !outlook.StopAt.IsZero()
}

// KeepGoing keeps a server from being stopped for want of use, for as long as the rules allow.
func (o outlooks) KeepGoing(id nbhosting.ServerID) error {
	if _, ok := o.Monitor.KeepGoing(id, o.Rules.KeepGoing); !ok {
		return nbhosting.Errorf(nbhosting.Conflict, "Your notebook server has stopped already. Open the notebook again: your work is saved.")
	}
	return nil
}

// shortages are what a server says of the memory that it had too little of.
func (a *App) shortages(s nbhosting.Server) []web.Shortage {
	events, err := jupyter.Events(s.Dir, s.UID)
	if err != nil {
		a.log.Warn("what a server says of its memory could not be read", "id", s.ID, "err", err)
	}
	var all []web.Shortage
	for _, e := range events {
		all = append(all, web.Shortage{At: e.Time, Limit: e.Limit, Kernel: e.Kernel != ""})
	}
	return all
}
