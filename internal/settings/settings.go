package settings

import (
	"context"
	"fmt"

	"github.com/nbhosting/nbhosting"
)

// Input is a revision of a course, as far as settings depend on it. Paths use
// slashes, start at the top of the repository, and need no order.
type Input struct {
	// Course names the local layer in findings; it may be empty.
	Course nbhosting.CourseName
	// Notebooks are the regular files that end as a notebook may (.ipynb, .md, .py).
	Notebooks []string
	// Paths are all files of the repository. What a static mapping leads to, and
	// what is hidden, is judged by them.
	Paths []string
	// Read returns a settings file of a layer. Its error wraps [fs.ErrNotExist]
	// where there is none; any other makes [Evaluate] fail.
	Read func(layer Layer, name string) ([]byte, error)
	// IsNotebook tells whether a text file (.md, .py) is a notebook. It is asked
	// once for a file at most, and only where the generic track is made.
	IsNotebook func(path string) (bool, error)
	// RunTracks runs a tracks.py. It fails only where ctx ends, or we are at
	// fault; what else goes wrong is in the findings of its answer. Nil: nobody runs it.
	RunTracks func(ctx context.Context, p TracksProgram) (TracksAnswer, error)
}

// Settings is what a course says, with defaults where it is silent. None of
// its lists is nil.
type Settings struct {
	Tracks            []Track                   `json:"tracks"`
	TracksFilter      []string                  `json:"tracks_filter"` // ids to keep; empty: all
	StaticMappings    []nbhosting.StaticMapping `json:"static_mappings"`
	Links             []nbhosting.StaticMapping `json:"links"` // those mappings that lead somewhere, one for each name
	Builds            []Build                   `json:"builds"`
	BuildsFilter      []string                  `json:"builds_filter"`       // ids to keep; empty: all
	NotebookURLFormat string                    `json:"notebook_url_format"` // empty: the site's
	Hidden            []string                  `json:"hidden"`              // patterns, as written
	HiddenPaths       []string                  `json:"-"`                   // the files that Hidden keeps from students, sorted
	Bar               bool                      `json:"bar"`                 // our page around Jupyter
	Findings          []Finding                 `json:"findings"`
}

// Refused tells whether a finding forbids to publish the revision in place of another.
func (s Settings) Refused() bool {
	for _, f := range s.Findings {
		if f.Severity == SeverityError {
			return true
		}
	}
	return false
}

// Evaluate returns the settings of a course. It fails only where a function of
// in fails or ctx ends; what authors do wrong is in the findings.
func Evaluate(ctx context.Context, in Input) (Settings, error) {
	e := evaluation{in: in, out: Settings{Bar: true}}
	for _, step := range []func(context.Context) error{
		e.readLayers, e.hide, e.makeTracks, e.mapStatic, e.listBuilds,
	} {
		if err := step(ctx); err != nil {
			return Settings{}, fmt.Errorf("evaluate the settings of course %s: %w", in.Course, err)
		}
	}
	e.out.NotebookURLFormat = e.said.urlFormat
	if e.said.bar != nil {
		e.out.Bar = *e.said.bar
	}
	e.out.Findings = e.sorted()
	return e.out, nil
}

// evaluation is the state of one call of Evaluate.
type evaluation struct {
	report
	in        Input
	said      statements
	notebooks Index    // those that are not hidden
	paths     []string // those that are not hidden
	listed    []string // those of the generic track, once known
	out       Settings
}

// statements is what the YAML files of all layers say together.
type statements struct {
	tracks       list[trackStatement]
	mappings     list[mappingStatement]
	builds       list[buildStatement]
	tracksFilter []word
	buildsFilter []word
	hidden       []word
	urlFormat    string
	bar          *bool
}

// list is a list that layers extend. Saying it, even empty, differs from silence.
type list[T any] struct {
	said  bool
	at    place // where it was said last
	items []T
}

// texts returns what words say.
func texts(words []word) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, w.text)
	}
	return out
}
