package app

import (
	"path/filepath"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/stats"
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
