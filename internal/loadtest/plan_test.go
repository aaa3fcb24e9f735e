package loadtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/loadtest"
)

func plan(url string) loadtest.Plan {
	return loadtest.Plan{Scenario: loadtest.Default(), URL: url, Course: "tour", Notebooks: []string{"intro"}, Prefix: "load"}
}

func TestTheDefaultIsTheExample(t *testing.T) {
	if err := plan("http://127.0.0.1:1").Check(); err != nil {
		t.Error(err)
	}
}

func TestScenariosAreStrict(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key":  "student: 3",
		"no duration":  "think: soon",
		"unknown step": "steps: [{do: open, repeat: 3}]",
	} {
		if _, err := loadtest.Parse([]byte(text)); nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	s, err := loadtest.Parse([]byte("students: 3\nsteps: [{do: open}, {do: idle, for: 1m}]\n"))
	if err != nil || s.Students != 3 || len(s.Steps) != 2 || s.Steps[1].For != time.Minute || s.Patience == 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	for name, change := range map[string]func(*loadtest.Plan){
		"students": func(p *loadtest.Plan) { p.Students = loadtest.MaxStudents + 1 },
		"nobody":   func(p *loadtest.Plan) { p.Students = 0 },
		"time":     func(p *loadtest.Plan) { p.Duration = loadtest.MaxDuration + 1 },
		"arrivals": func(p *loadtest.Plan) { p.Over = p.Duration + 1 },
		"cells":    func(p *loadtest.Plan) { p.Steps[1].Times = 1_000_000 },
		"for":      func(p *loadtest.Plan) { p.Steps[0].For = time.Second },
		"first":    func(p *loadtest.Plan) { p.Steps = p.Steps[1:] },
		"step":     func(p *loadtest.Plan) { p.Steps[1].Do = "dance" },
		"url":      func(p *loadtest.Plan) { p.URL = "ftp://localhost" },
		"path":     func(p *loadtest.Plan) { p.URL += "/notebookLazyCopy" },
		"notebook": func(p *loadtest.Plan) { p.Notebooks = nil },
		"climbing": func(p *loadtest.Plan) { p.Notebooks = []string{"../secret"} },
		"prefix":   func(p *loadtest.Plan) { p.Prefix = "a/b" },
	} {
		p := plan("http://127.0.0.1:1")
		change(&p)
		if _, err := loadtest.Run(t.Context(), p, nil); nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestReportsSayWhatEachSeriesIs(t *testing.T) {
	var out strings.Builder
	loadtest.Report{
		Students: 3, Came: 3, Done: 2, GaveUp: 1,
		Series:   []loadtest.Series{{Name: "open", Count: 2, P50: 1234}, {Name: "open wait queue", Count: 1, P50: 5}},
		Failures: []loadtest.Failure{{Kind: "save: HTTP 500", Count: 2, Example: "a disk"}},
		Machine:  loadtest.Machine{Why: "Nobody knows."},
	}.Print(&out)
	for _, want := range []string{"3 of 3 students", "1 gave up", "click to usable", "1234 ms", "of which queue", "2 × save: HTTP 500", "a disk", "Nobody knows."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
}
