package app

import (
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/metrics"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/proxy"
)

// sources shows the parts of the site to its metrics. They are asked when all is built.
func (a *App) sources(doors *doors) metrics.Sources {
	return metrics.Sources{
		Servers: func() []nbhosting.Server { return a.servers.Servers() },
		Jobs:    func() []nbhosting.Job { return a.jobs.Jobs(func(j nbhosting.Job) bool { return !j.Ended() }) },
		Traffic: func() metrics.Traffic { return traffic(doors.proxy.Totals()) },
		Queue:   func() (waiting, starting int) { return a.servers.Starts() },
		Use:     func() metrics.Use { return metrics.Use(a.monitor.Use()) },
		History: func() metrics.History {
			f := a.history.Figures()
			return metrics.History{Size: f.Size, Measured: f.Measured, Versions: f.Versions, Written: f.Written, Refused: f.Refused}
		},
	}
}

func traffic(t proxy.Totals) metrics.Traffic {
	requests := map[string]uint64{}
	for class, n := range t.Requests {
		requests[class.String()] = n
	}
	return metrics.Traffic{
		Requests: requests, Refused: t.Refused, Failed: t.Failed, InFlight: t.InFlight, Websockets: t.Websockets, Opened: t.Opened,
		Executes: t.Executes, Saves: t.Saves, Up: t.BytesUp, Down: t.BytesDown,
	}
}

func (a *App) countOpening(m opening.Measured) {
	phases := map[string]time.Duration{}
	for step, took := range m.Steps {
		phases[step.String()] = took
	}
	a.metrics.Opened(metrics.Opening{Err: m.Err, Started: m.Started, Took: m.Took, Phases: phases})
}
