package metrics_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/metrics"
)

// full are metrics of a site that has everything, with figures in all of them.
func full() *metrics.Metrics {
	key := func(course, student string) nbhosting.Key {
		return nbhosting.Key{Course: nbhosting.CourseName(course), Student: nbhosting.Student(student)}
	}
	m := metrics.New("1.2.3", metrics.Sources{
		Servers: func() []nbhosting.Server {
			return []nbhosting.Server{
				{Key: key("python", "alice"), State: nbhosting.Ready},
				{Key: key("python", "bob"), State: nbhosting.Ready},
				{Key: key("maths", "alice"), State: nbhosting.Starting},
			}
		},
		Jobs: func() []nbhosting.Job {
			return []nbhosting.Job{{Kind: nbhosting.JobPull, State: nbhosting.JobQueued, Course: "python", Subject: "main"}}
		},
		Traffic: func() metrics.Traffic {
			return metrics.Traffic{Requests: map[string]uint64{"page": 3}, Refused: 4, Failed: 5, InFlight: 6, Websockets: 7, Opened: 8, Executes: 9, Saves: 10, Up: 11, Down: 12}
		},
		Queue: func() (waiting, starting int) { return 13, 14 },
		Use: func() metrics.Use {
			return metrics.Use{Kernels: map[string]int{"busy": 15}, MemoryBytes: 20, Cores: 2.5}
		},
		History: func() metrics.History {
			return metrics.History{Size: 16, Measured: true, Versions: 17, Written: 18, Refused: 19}
		},
	}, slog.New(slog.DiscardHandler))
	m.JobEnded(nbhosting.Job{Kind: nbhosting.JobImage, State: nbhosting.JobFailed, Course: "python"})
	m.ServerEnded("idle")
	m.SaveDelayed(3 * time.Millisecond)
	m.Opened(metrics.Opening{Took: 20 * time.Millisecond, Phases: map[string]time.Duration{"course": time.Millisecond}})
	m.Opened(metrics.Opening{Started: true, Took: 9 * time.Minute, Phases: map[string]time.Duration{"runtime": time.Second, "jupyter": 8 * time.Minute}})
	m.Opened(metrics.Opening{Err: nbhosting.Errorf(nbhosting.NotFound, "There is no notebook of alice."), Took: time.Hour})
	m.Opened(metrics.Opening{Err: errors.New("a cause that alice must not see")})
	return m
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text, err := io.ReadAll(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s, %v", w.Code, text, err)
	}
	return string(text)
}

func TestFigures(t *testing.T) {
	text := scrape(t, full())
	for _, line := range []string{
		`version="1.2.3"`,
		`nbhosting_openings_total{outcome="running"} 1`,
		`nbhosting_openings_total{outcome="started"} 1`,
		`nbhosting_openings_total{outcome="not-found"} 1`,
		`nbhosting_openings_total{outcome="internal"} 1`,
		`nbhosting_openings_total{outcome="denied"} 0`,
		`nbhosting_opening_seconds_bucket{outcome="running",le="0.025"} 1`,
		`nbhosting_opening_seconds_bucket{outcome="started",le="300"} 0`,
		`nbhosting_opening_seconds_bucket{outcome="started",le="600"} 1`,
		`nbhosting_opening_phase_seconds_sum{phase="jupyter"} 480`,
		`nbhosting_servers{state="ready"} 2`,
		`nbhosting_servers{state="starting"} 1`,
		`nbhosting_servers{state="stopping"} 0`,
		`nbhosting_course_servers{course="python"} 2`,
		`nbhosting_starts{state="waiting"} 13`,
		`nbhosting_starts{state="running"} 14`,
		`nbhosting_kernels{state="busy"} 15`,
		`nbhosting_servers_memory_bytes 20`,
		`nbhosting_servers_cores 2.5`,
		`nbhosting_proxy_requests_total{class="page"} 3`,
		`nbhosting_proxy_refused_total 4`,
		`nbhosting_proxy_failed_total 5`,
		`nbhosting_proxy_requests_in_flight 6`,
		`nbhosting_proxy_websockets 7`,
		`nbhosting_proxy_websockets_opened_total 8`,
		`nbhosting_executes_total 9`,
		`nbhosting_saves_total 10`,
		`nbhosting_proxy_bytes_total{direction="up"} 11`,
		`nbhosting_proxy_bytes_total{direction="down"} 12`,
		`nbhosting_history_bytes 16`,
		`nbhosting_history_versions_total 17`,
		`nbhosting_history_written_bytes_total 18`,
		`nbhosting_history_refused_total 19`,
		`nbhosting_save_delay_seconds_bucket{le="0.005"} 1`,
		`nbhosting_servers_ended_total{why="idle"} 1`,
		`nbhosting_jobs{kind="pull",state="queued"} 1`,
		`nbhosting_jobs_ended_total{kind="build-image",state="failed"} 1`,
		"\ngo_goroutines ",
		"\nprocess_resident_memory_bytes ",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("missing: %s", line)
		}
	}
	for _, name := range []string{"alice", "bob", "main"} {
		if strings.Contains(text, `"`+name) {
			t.Errorf("%s is named:\n%s", name, text)
		}
	}
}

func TestASiteWithoutSomeParts(t *testing.T) {
	m := metrics.New("1", metrics.Sources{History: func() metrics.History { return metrics.History{} }}, slog.New(slog.DiscardHandler))
	text := scrape(t, m)
	if strings.Contains(text, "nbhosting_kernels") || strings.Contains(text, "nbhosting_history_bytes") {
		t.Error("it tells what it does not know")
	}
	if !strings.Contains(text, "nbhosting_history_versions_total 0") {
		t.Error("it does not tell what it knows")
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/", 404}, {"GET", "/metrics/x", 404}, {"POST", "/metrics", 405}} {
		w := httptest.NewRecorder()
		full().Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d", c.method, c.path, w.Code)
		}
	}
}

// TestEveryFigureIsInTheGuide, and the guide has none that there is not.
func TestEveryFigureIsInTheGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/admin-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	there := families(scrape(t, full()))
	named := map[string]bool{}
	for _, name := range ours.FindAllString(string(text), -1) {
		named[name] = true
		if there[name] == nil {
			t.Errorf("the guide has %s, which there is not", name)
		}
	}
	for name := range there {
		if ours.MatchString(name) && !named[name] {
			t.Errorf("the guide does not have %s", name)
		}
	}
}
