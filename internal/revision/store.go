// Package revision publishes courses: of a commit it makes an immutable tree on
// disk, a revision, which takes the place of the one before in one step. What is
// the same in both is shared; old revisions stay for as long as somebody may use
// them.
//
// On disk, below the root directory, for a course C:
//
//	revisions/C/COMMIT/      one revision: notebooks/, modules/, static/, and JSON files that describe it
//	revisions/C/current      link to the published revision: replacing it publishes another
//	revisions/C/view/        what running servers see of modules and static data
//	courses/C, modules/C, static/C   links to the parts of the current revision
//	local/C/                 what the site says of the course, which counts more than what its repository says
package revision

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/clone"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Options are what a Store works with; those of the first group are required.
type Options struct {
	Root   string        // the data directory
	Clones *clone.Clones // hold the commits that are published
	Logger *slog.Logger

	Version       string                              // of the program: what another one published is published anew
	InUse         func(nbhosting.CourseName) []string // commits with which the running servers of a course began; nil: none
	KeepRevisions time.Duration                       // for how long a revision stays after another took its place

	// RunTracks runs a tracks.py that sees the notebooks in a directory, as
	// [settings.Input] has it. Nil: none is run.
	RunTracks func(ctx context.Context, notebooksDir string, p settings.TracksProgram) (settings.TracksAnswer, error)

	Step func(step string) // told of each step of a publication that is done; nil: nobody is
}

// Store holds the revisions of all courses. Its methods may be called by several
// goroutines; but those that publish, export or remove something of a course
// only by one at a time for that course: their callers see to that.
type Store struct {
	Options
	Places

	mu   sync.Mutex
	open map[string]int // directories of revisions that are open, and how often
}

// New returns the revisions of the site at o.Root.
func New(o Options) *Store {
	return &Store{Options: o, Places: PlacesIn(o.Root), open: map[string]int{}}
}

func (s *Store) reach(step string) {
	if s.Step != nil {
		s.Step(step)
	}
}
