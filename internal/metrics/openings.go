package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nbhosting/nbhosting"
)

// Opening is one way from a click to a usable notebook, or to a failure.
type Opening struct {
	Err     error
	Started bool // a server was started for it
	Took    time.Duration
	Phases  map[string]time.Duration // by the word for each step
}

type openings struct {
	ended  *prometheus.CounterVec
	took   *prometheus.HistogramVec
	phases *prometheus.HistogramVec
}

// openingBuckets reach from an opening for which nothing is to be done to one that
// waits for a whole class, in seconds.
var openingBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300, 600}

// Outcomes of openings that end well: the server ran already, or was started.
const (
	running = "running"
	started = "started"
)

func newOpenings() openings {
	o := openings{
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nbhosting_openings_total",
			Help: "Openings of notebooks that have ended: of a server that was running, of one that was started, or by the kind of the failure.",
		}, []string{"outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nbhosting_opening_seconds", Help: "Time from the click until the notebook can be used, of openings that ended well.",
			Buckets: openingBuckets,
		}, []string{"outcome"}),
		phases: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nbhosting_opening_phase_seconds", Help: "Time that openings spent in each of their phases.", Buckets: openingBuckets,
		}, []string{"phase"}),
	}
	for _, outcome := range []string{running, started} { // there from the start, or their first is not seen as an increase
		o.ended.WithLabelValues(outcome)
		o.took.WithLabelValues(outcome)
	}
	for kind := nbhosting.Internal; kind <= nbhosting.Timeout; kind++ {
		o.ended.WithLabelValues(kind.String())
	}
	return o
}

// Opened counts an opening that has ended.
func (o *openings) Opened(opening Opening) {
	for phase, took := range opening.Phases {
		o.phases.WithLabelValues(phase).Observe(took.Seconds())
	}
	switch {
	case opening.Err != nil:
		o.ended.WithLabelValues(nbhosting.KindOf(opening.Err).String()).Inc()
	case opening.Started:
		o.endedWell(started, opening.Took)
	default:
		o.endedWell(running, opening.Took)
	}
}

func (o *openings) endedWell(outcome string, took time.Duration) {
	o.ended.WithLabelValues(outcome).Inc()
	o.took.WithLabelValues(outcome).Observe(took.Seconds())
}
