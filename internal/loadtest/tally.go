package loadtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"
)

// What is measured, in the order in which it is reported. An opening's phases
// follow each other and make up the whole.
const (
	ofOpen   = "open"   // from the click to the answer of the first cell
	ofReturn = "return" // the same, of who has been there before

	phaseAdmission = "admission" // to the first answer: who is it, which notebook
	phaseWait      = "wait"      // on the page that follows the start
	phasePage      = "page"      // our page, Jupyter's and their files, the notebook
	phaseKernel    = "kernel"    // until the kernel answers
	phaseCell      = "cell"      // until the first cell is answered

	ofCell      = "cell"      // to its answer, of later cells
	ofSave      = "save"      // to its answer
	ofReconnect = "reconnect" // of a websocket that was closed
	ofPoll      = "poll"      // what open pages ask again and again
)

// maxSamples is how many durations of a series are kept; of more, a random choice is.
const maxSamples = 100_000

// series is how long one thing took.
type series struct {
	count int
	max   time.Duration
	some  []time.Duration
}

func (s *series) add(d time.Duration) {
	s.count++
	s.max = max(s.max, d)
	if len(s.some) < maxSamples {
		s.some = append(s.some, d)
	} else if i := rand.IntN(s.count); i < maxSamples {
		s.some[i] = d
	}
}

// quantile returns the least duration that is not exceeded by a share of them (nearest rank). The samples are sorted.
func quantile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(share*float64(len(sorted)) - 1e-9)) // 0.07 * 100 is a little more than 7
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// maxKinds bounds the kinds of failures that are told apart.
const maxKinds = 100

// tally is where all students note what they see.
type tally struct {
	mu       sync.Mutex
	series   map[string]*series
	failures map[string]*Failure
}

func newTally() *tally { return &tally{series: map[string]*series{}, failures: map[string]*Failure{}} }

func (t *tally) add(name string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.series[name]
	if s == nil {
		s = &series{}
		t.series[name] = s
	}
	s.add(d)
}

// Failure is one kind of what went wrong.
type Failure struct {
	Kind    string `json:"kind"` // what was done, and how it failed
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// problem is an error that knows of which kind it is.
type problem struct {
	kind  string
	cause error
}

func (p problem) Error() string { return p.cause.Error() }
func (p problem) Unwrap() error { return p.cause }

func problemf(kind, format string, args ...any) error {
	return problem{kind, fmt.Errorf(format, args...)}
}

// kindOf says how something failed, in a few words.
func kindOf(err error) string {
	if p, ok := errors.AsType[problem](err); ok {
		return p.kind
	}
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	case errors.As(err, &network):
		return "no connection"
	}
	return "connection lost"
}

// maxExample bounds an example, in bytes.
const maxExample = 300

// fail notes that what a student did went wrong. That the test ends is no failure of the site.
func (t *tally) fail(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := what + ": " + kindOf(err)
	f := t.failures[kind]
	if f == nil && len(t.failures) >= maxKinds {
		kind = "others"
		f = t.failures[kind]
	}
	if f == nil {
		text := err.Error()
		f = &Failure{Kind: kind, Example: text[:min(len(text), maxExample)]}
		t.failures[kind] = f
	}
	f.Count++
}

// figures returns what has been noted, in the order of the report.
func (t *tally) figures() ([]Series, []Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := []Series{}
	for _, name := range order() {
		if s := t.series[name]; s != nil {
			all = append(all, s.figures(name))
		}
	}
	failures := []Failure{}
	for _, f := range t.failures {
		failures = append(failures, *f)
	}
	slices.SortFunc(failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind))
	})
	return all, failures
}

func order() []string {
	var names []string
	for _, whole := range []string{ofOpen, ofReturn} {
		names = append(names, whole)
		for _, phase := range []string{phaseAdmission, phaseWait} {
			names = append(names, whole+" "+phase)
		}
		for _, step := range steps {
			names = append(names, whole+" "+phaseWait+" "+step)
		}
		for _, phase := range []string{phasePage, phaseKernel, phaseCell} {
			names = append(names, whole+" "+phase)
		}
	}
	return append(names, ofCell, ofSave, ofReconnect, ofPoll)
}

// Series is how long one thing took, in milliseconds.
type Series struct {
	Name  string  `json:"name"`
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func (s *series) figures(name string) Series {
	sorted := slices.Sorted(slices.Values(s.some))
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Series{
		Name: name, Count: s.count, Max: ms(s.max),
		P50: ms(quantile(sorted, 0.50)), P95: ms(quantile(sorted, 0.95)), P99: ms(quantile(sorted, 0.99)),
	}
}
