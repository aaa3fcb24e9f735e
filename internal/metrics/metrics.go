// Package metrics gives the site's figures to Prometheus, and says which there are.
//
// It knows no other part: what it counts itself it is told ([Metrics.Opened], [Metrics.ServerEnded],
// [Metrics.JobEnded], [Metrics.SaveDelayed]), the rest it asks for when it is
// scraped ([Sources]).
//
// No label holds what visitors choose: no student, notebook, address or path.
// The only one that is not a fixed list of words is the course, in the number
// of servers, since there are as many as the administrator has created.
package metrics

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/nbhosting/nbhosting"
)

// Sources are asked at each scrape, by several goroutines at once if there are
// several; what is nil, the site does not have.
type Sources struct {
	Servers func() []nbhosting.Server
	Jobs    func() []nbhosting.Job // that wait or run
	Traffic func() Traffic
	Queue   func() (waiting, starting int) // of starts of servers
	Use     func() Use
	History func() History
}

// Metrics are the figures of a site.
type Metrics struct {
	registry *prometheus.Registry
	log      *slog.Logger

	openings
	jobsEnded    *prometheus.CounterVec
	serversEnded *prometheus.CounterVec
	saves        prometheus.Histogram
}

// New returns metrics in a registry of their own.
func New(version string, sources Sources, log *slog.Logger) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), log: log, openings: newOpenings()}
	m.jobsEnded = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "nbhosting_jobs_ended_total", Help: "Jobs that have ended, by kind and by how.",
	}, []string{"kind", "state"})
	m.serversEnded = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "nbhosting_servers_ended_total", Help: "Servers that have ended, by why.",
	}, []string{"why"})
	m.saves = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "nbhosting_save_delay_seconds", Help: "Time that the history adds to a save.", Buckets: saveBuckets,
	})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "nbhosting_build_info", Help: "1; the labels say which program this is.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build, m.ended, m.took, m.phases, m.jobsEnded, m.serversEnded, m.saves,
	)
	for _, s := range scraped(sources) {
		m.registry.MustRegister(s)
	}
	return m
}

// saveBuckets begin where a small notebook is, on a fast disk.
var saveBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// JobEnded counts a job that has ended.
func (m *Metrics) JobEnded(j nbhosting.Job) {
	m.jobsEnded.WithLabelValues(string(j.Kind), string(j.State)).Inc()
}

// ServerEnded counts a server that has ended. The reason is one of a few words.
func (m *Metrics) ServerEnded(why string) { m.serversEnded.WithLabelValues(why).Inc() }

// SaveDelayed notes by how much the history has delayed a save.
func (m *Metrics) SaveDelayed(by time.Duration) { m.saves.Observe(by.Seconds()) }

const (
	maxScrapes    = 4 // at a time
	scrapeTimeout = 10 * time.Second
)

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelError), MaxRequestsInFlight: maxScrapes, Timeout: scrapeTimeout,
	}))
	return mux
}
