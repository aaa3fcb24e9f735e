package loadtest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/jupyter/jupytertest"
	"github.com/nbhosting/nbhosting/internal/loadtest"
)

// faults can be changed while servers run.
type faults struct {
	mu  sync.Mutex
	now jupytertest.Faults
}

func (f *faults) get() jupytertest.Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *faults) set(now jupytertest.Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = now
}

const notebook = `{"cells": [], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}`

func newSite(t *testing.T, f *faults) *apptest.Site {
	t.Helper()
	s := apptest.NewRunning(t, apptest.Working(f.get))
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"intro.ipynb": notebook, "w 1/next.ipynb": notebook}))
	return s
}

// small is a class that does everything once.
func small(url string) loadtest.Plan {
	p := plan(url)
	p.Students, p.Over, p.Think, p.Duration = 5, 100*time.Millisecond, 0, time.Minute
	p.Notebooks = []string{"intro", "w 1/next"}
	p.Steps = []loadtest.Step{{Do: "open"}, {Do: "run", Times: 4}, {Do: "save", Times: 2}, {Do: "return"}, {Do: "run"}, {Do: "open"}, {Do: "save"}, {Do: "idle", For: time.Millisecond}}
	return p
}

func play(t *testing.T, p loadtest.Plan) loadtest.Report {
	t.Helper()
	r, err := loadtest.Run(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func failures(r loadtest.Report) map[string]int {
	counts := map[string]int{}
	for _, f := range r.Failures {
		counts[f.Kind] = f.Count
	}
	return counts
}

func TestAClassIsPlayed(t *testing.T) {
	s := newSite(t, &faults{})
	r := play(t, small(s.URL))
	if r.Came != 5 || r.Done != 5 || r.Failed() != 0 || r.Stopped != "" || !r.Machine.Known {
		t.Errorf("got %+v", r)
	}
	want := map[string]int{
		"open": 10, "open admission": 10, "open wait": 10, "open page": 10, "open kernel": 10, "open cell": 10,
		"return": 5, "cell": 25, "save": 15,
	}
	for name, count := range want {
		if got, _ := r.Find(name); got.Count != count || got.P50 > got.P95 || got.P95 > got.P99 || got.P99 > got.Max {
			t.Errorf("%s: got %+v, want %d of them", name, got, count)
		}
	}
	if s.Starts() != 5 {
		t.Errorf("%d servers were started", s.Starts())
	}
	text, err := os.ReadFile(filepath.Join(s.Config.Root, "students", "load0003", "tour", "w 1", "next.ipynb"))
	if err != nil || !strings.Contains(string(text), "nbhosting_loadtest") {
		t.Errorf("what was saved: %s, %v", text, err)
	}
}

// afterFlush calls then once something has been sent.
type afterFlush struct {
	http.ResponseWriter
	then func()
}

// FlushError is for http.ResponseController.
func (f afterFlush) FlushError() error {
	defer f.then()
	return http.NewResponseController(f.ResponseWriter).Flush()
}

func TestThePageThatFollowsAStartIsFollowed(t *testing.T) {
	s := newSite(t, &faults{})
	release := s.HoldStarts()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			w = afterFlush{w, release}
		}
		s.App.Public().ServeHTTP(w, r)
	}))
	defer front.Close()
	p := small(front.URL)
	p.Students, p.Steps = 2, p.Steps[:1]
	r := play(t, p)
	wait, _ := r.Find("open wait")
	runtime, _ := r.Find("open wait runtime")
	if r.Done != 2 || r.Failed() != 0 || runtime.Count == 0 || wait.Max == 0 {
		t.Errorf("got %+v", r)
	}
}

// overhearing tells what is answered.
type overhearing struct {
	http.ResponseWriter
	heard func(string)
}

func (o overhearing) Write(p []byte) (int, error) {
	n, err := o.ResponseWriter.Write(p)
	o.heard(string(p))
	return n, err
}

func (o overhearing) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// TestTheLineIsToldFromTheStart has one server start while another waits for its turn.
func TestTheLineIsToldFromTheStart(t *testing.T) {
	s := apptest.NewRunning(t, apptest.Working((&faults{}).get), func(c *config.Config) { c.Servers.ParallelStarts = 1 })
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{"intro.ipynb": notebook}))
	release := s.HoldStarts()
	var inLine, starting atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.App.Public().ServeHTTP(overhearing{w, func(said string) {
			inLine.CompareAndSwap(false, strings.Contains(said, `"stage":"queue"`))
			starting.CompareAndSwap(false, strings.Contains(said, `"stage":"runtime"`))
			if inLine.Load() && starting.Load() {
				release()
			}
		}}, r)
	}))
	defer front.Close()
	p := plan(front.URL)
	p.Students, p.Over, p.Think, p.Steps = 2, 0, 0, p.Steps[:1]
	r := play(t, p)
	queue, _ := r.Find("open wait queue")
	runtime, _ := r.Find("open wait runtime")
	if r.Failed() != 0 || queue.Count == 0 || queue.Max == 0 || runtime.Count == 0 {
		t.Errorf("got %+v", r)
	}
}

func TestFailuresOfCellsAndSavesAreCounted(t *testing.T) {
	f := &faults{}
	s := newSite(t, f)
	f.set(jupytertest.Faults{CellFails: true})
	r := play(t, small(s.URL))
	if got := failures(r); got["open cell: cell ended with error"] != 5 || len(got) != 1 || r.GaveUp != 5 {
		t.Errorf("cells that fail: %v, %+v", got, r)
	}
	f.set(jupytertest.Faults{SaveStatus: http.StatusInsufficientStorage})
	r = play(t, small(s.URL))
	if got := failures(r); got["save: HTTP 507"] != 15 || len(got) != 1 || r.Done != 5 {
		t.Errorf("saves that fail: %v, %+v", got, r)
	}
	if saved, ok := r.Find("save"); ok {
		t.Errorf("saves that failed count as made: %+v", saved)
	}
}

func TestServersThatDoNotAnswerAreTold(t *testing.T) {
	f := &faults{}
	s := newSite(t, f)
	p := small(s.URL)
	p.Steps = p.Steps[:1]
	if r := play(t, p); r.Failed() != 0 {
		t.Fatalf("got %+v", r.Failures)
	}
	f.set(jupytertest.Faults{Status: http.StatusInternalServerError})
	r := play(t, p)
	if got := failures(r); got["open page: HTTP 500"] != 5 || len(got) != 1 {
		t.Errorf("got %v", r.Failures)
	}
	for _, example := range r.Failures {
		if strings.Contains(example.Example, "/server/") && !strings.Contains(example.Example, "…") {
			t.Errorf("the secret of a server is told: %s", example.Example)
		}
	}
}

func TestClosedWebsocketsAreOpenedAgain(t *testing.T) {
	s := newSite(t, &faults{})
	p := small(s.URL)
	p.Cells = []string{"1 + 1", jupytertest.DropCell}
	p.Steps = []loadtest.Step{{Do: "open"}, {Do: "run", Times: 3}, {Do: "save"}}
	r := play(t, p)
	again, _ := r.Find("reconnect")
	cells, _ := r.Find("cell")
	want := map[string]int{"cell: websocket closed": 10, "websocket: closed": 10}
	if diff := cmp.Diff(want, failures(r)); diff != "" || again.Count != 10 || cells.Count != 5 || r.Done != 5 {
		t.Errorf("%s%+v", diff, r)
	}
}

// TestKernelsThatDieAreTold has cells whose kernel ends, as Linux does it where memory ends.
func TestKernelsThatDieAreTold(t *testing.T) {
	s := newSite(t, &faults{})
	p := small(s.URL)
	p.Cells = []string{"1 + 1", jupytertest.KillCell}
	p.Steps = []loadtest.Step{{Do: "open"}, {Do: "run", Times: 3}, {Do: "save"}}
	r := play(t, p)
	cells, _ := r.Find("cell")
	want := map[string]int{"cell: kernel died": 10, "kernel: died": 10}
	if diff := cmp.Diff(want, failures(r)); diff != "" || cells.Count != 5 || r.Done != 5 {
		t.Errorf("%s%+v", diff, r)
	}
}

func TestRefusalsSayWhatTheSiteSays(t *testing.T) {
	s := newSite(t, &faults{})
	p := small(s.URL)
	p.Course = "nowhere"
	r := play(t, p)
	if got := failures(r); got["open click: HTTP 404"] != 5 || r.GaveUp != 5 {
		t.Errorf("got %+v", r)
	}
}

func TestNobodyIsLedElsewhere(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	site := httptest.NewServer(http.RedirectHandler(other.URL+"/server/a/b/notebooks/intro.ipynb", http.StatusFound))
	defer site.Close()
	r := play(t, small(site.URL))
	if got := failures(r); got["open click: leads elsewhere"] != 5 || reached {
		t.Errorf("got %+v, reached: %t", r.Failures, reached)
	}
}

func TestItStopsWhenItIsToldTo(t *testing.T) {
	s := newSite(t, &faults{})
	p := small(s.URL)
	p.Steps = []loadtest.Step{{Do: "open"}, {Do: "idle", For: time.Hour}}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := loadtest.Run(ctx, p, func(progress loadtest.Progress) {
		if progress.Inside == 5 {
			cancel()
		}
	})
	if err != nil || r.Stopped != "interrupted" || r.CutOff != 5 || r.Failed() != 0 {
		t.Errorf("interrupted: %+v, %v", r, err)
	}
	p.Duration, p.Over = 300*time.Millisecond, 0
	if r = play(t, p); r.Stopped != "time" || r.Failed() != 0 {
		t.Errorf("no time left: %+v", r)
	}
}
