package loadtest

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/nbhosting/nbhosting"
)

// What a load test may ask of a site at most. More is refused, not cut down.
const (
	MaxStudents = 2000
	MaxDuration = 2 * time.Hour
	maxSteps    = 50
	maxTimes    = 1000 // of one step
	maxWait     = 10 * time.Minute
)

// Scenario is what a class does. Its YAML is strict: see [Example].
type Scenario struct {
	Students int           `yaml:"students"`
	Over     time.Duration `yaml:"over"`     // in which they come, evenly
	Think    time.Duration `yaml:"think"`    // between two actions, on average
	Duration time.Duration `yaml:"duration"` // of everything, at most
	Patience time.Duration `yaml:"patience"` // of a student whose notebook opens
	Cells    []string      `yaml:"cells"`    // code, run in turn
	Steps    []Step        `yaml:"steps"`
}

// Step is one line of a scenario.
type Step struct {
	Do    string        `yaml:"do"`
	Times int           `yaml:"times"` // of run and save; 0: once
	For   time.Duration `yaml:"for"`   // of idle, and how long who returns has been away
}

// What steps do.
const (
	doOpen   = "open"   // click on a notebook: the next one of those given
	doRun    = "run"    // run cells
	doSave   = "save"   // save the notebook
	doIdle   = "idle"   // leave the page open
	doReturn = "return" // close it, and click on the same notebook again
)

//go:embed example.yaml
var example string

// Example returns a commented scenario: what is done where none is given.
func Example() string { return example }

// Default returns the scenario of [Example].
func Default() Scenario {
	s, err := parse([]byte(example), Scenario{})
	if err != nil {
		panic(err) // it is embedded, and a test reads it
	}
	return s
}

// Parse reads a scenario. What it leaves out is as in [Default].
func Parse(text []byte) (Scenario, error) {
	s, err := parse(text, Default())
	if err != nil {
		return Scenario{}, nbhosting.Because(err, nbhosting.Invalid, "The scenario cannot be read. “nbhosting loadtest --example” prints one.")
	}
	return s, nil
}

func parse(text []byte, s Scenario) (Scenario, error) {
	in := yaml.NewDecoder(bytes.NewReader(text))
	in.KnownFields(true)
	if err := in.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return Scenario{}, err
	}
	return s, nil
}

// Plan is a load test: who does what, and where.
type Plan struct {
	Scenario
	URL       string // of the site: http(s)://HOST[:PORT]
	Course    nbhosting.CourseName
	Notebooks []string // paths in the course, as in links to them
	Prefix    string   // of the students' names; a number follows
	Referer   string   // of each click; empty: none
}

// Check returns what is wrong with a plan, as one error.
func (p Plan) Check() error {
	_, err := p.site()
	if err == nil {
		err = p.checkNames()
	}
	if err == nil {
		err = p.Scenario.check()
	}
	return err
}

func invalid(format string, args ...any) error {
	return nbhosting.Errorf(nbhosting.Invalid, format, args...)
}

// site reads the site's address.
func (p Plan) site() (*url.URL, error) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, invalid("The address of the site has to be http(s)://HOST[:PORT], not %q.", p.URL)
	}
	u.Path = ""
	return u, nil
}

func (p Plan) checkNames() error {
	if len(p.Notebooks) == 0 {
		return invalid("Name at least one notebook of the course.")
	}
	for _, notebook := range p.Notebooks {
		if err := nbhosting.CheckNotebookPath(notebook); err != nil {
			return err
		}
	}
	_, err := nbhosting.ParseStudent(string(p.student(MaxStudents)))
	return err
}

// student returns the name of a student, by number from 1.
func (p Plan) student(i int) nbhosting.Student {
	return nbhosting.Student(fmt.Sprintf("%s%04d", p.Prefix, i))
}

func (s Scenario) check() error {
	switch {
	case s.Students < 1 || s.Students > MaxStudents:
		return invalid("There can be 1 to %d students, not %d.", MaxStudents, s.Students)
	case s.Duration <= 0 || s.Duration > MaxDuration:
		return invalid("A load test takes up to %v, not %v.", MaxDuration, s.Duration)
	case s.Over < 0 || s.Over > s.Duration:
		return invalid("The students have to come (%v) before the load test ends (%v).", s.Over, s.Duration)
	case s.Think < 0 || s.Think > maxWait:
		return invalid("A student thinks for up to %v, not %v.", maxWait, s.Think)
	case s.Patience <= 0 || s.Patience > MaxDuration:
		return invalid("A student waits for a notebook for up to %v, not %v.", MaxDuration, s.Patience)
	case len(s.Cells) == 0:
		return invalid("There has to be a cell to run.")
	case len(s.Steps) == 0 || len(s.Steps) > maxSteps || s.Steps[0].Do != doOpen:
		return invalid("A scenario has 1 to %d steps, of which the first is %q.", maxSteps, doOpen)
	}
	for _, step := range s.Steps {
		if err := step.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Step) check() error {
	timed := s.Do == doIdle || s.Do == doReturn
	counted := s.Do == doRun || s.Do == doSave
	switch {
	case !timed && !counted && s.Do != doOpen:
		return invalid("There is no step %q: steps are %s, %s, %s, %s and %s.", s.Do, doOpen, doRun, doSave, doIdle, doReturn)
	case s.Times < 0 || s.Times > maxTimes:
		return invalid("A step is done up to %d times, not %d.", maxTimes, s.Times)
	case s.For < 0 || s.For > MaxDuration:
		return invalid("A step takes up to %v, not %v.", MaxDuration, s.For)
	case s.Times != 0 && !counted || s.For != 0 && !timed:
		return invalid("Of %q there is no such thing: “times” belongs to %s and %s, “for” to %s and %s.", s.Do, doRun, doSave, doIdle, doReturn)
	}
	return nil
}
