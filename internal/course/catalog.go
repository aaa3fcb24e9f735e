// Package course keeps the courses of a site: each a git repository, of which
// one commit at a time is published as an immutable tree on disk, a revision.
//
// On disk, below the root directory, for a course C:
//
//	courses-git/C            the clone; nothing is checked out in it; below its .git, those of submodules
//	revisions/C/COMMIT/      one revision: notebooks/, modules/, static/, and JSON files that describe it
//	revisions/C/current      link to the published revision: replacing it publishes another
//	revisions/C/view/        what running servers see of modules and static data
//	courses/C, modules/C, static/C   links to the parts of the current revision
//	trash/C-DATE-TIME/       what people made of a course that was deleted
package course

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Store keeps what people enter about courses.
type Store interface {
	CreateCourse(context.Context, nbhosting.Course) error // Conflict if there is one of that name
	SaveCourse(context.Context, nbhosting.Course) error
	DeleteCourse(context.Context, nbhosting.CourseName) error
	Course(context.Context, nbhosting.CourseName) (nbhosting.Course, error) // else NotFound
	Courses(context.Context) ([]nbhosting.Course, error)                    // sorted by name
	ChangeStore
}

// Options are what a Catalog works with; those of the first group are required.
type Options struct {
	Root        string // the data directory
	Store       Store
	Git         git.Runner
	NotebookURL string // default notebook_url_format
	Logger      *slog.Logger

	Version       string                              // of the program: what another one published is published anew
	InUse         func(nbhosting.CourseName) []string // commits with which the running servers of a course began; nil: none
	KeepRevisions time.Duration                       // for how long a revision stays after another took its place

	Servers     Servers     // nil: none run
	Jobs        Jobs        // nil: nobody has jobs in mind
	RenameImage RenameImage // nil: a course that is renamed keeps its image's name

	// RunTracks runs a tracks.py that sees the notebooks in a directory, as
	// [settings.Input] has it. Nil: none is run.
	RunTracks func(ctx context.Context, notebooksDir string, p settings.TracksProgram) (settings.TracksAnswer, error)
}

// Catalog is all the courses of a site. Its methods may be called by several goroutines.
type Catalog struct {
	Options

	step func(string) // told of each step of a pull; nil but in tests

	mu    sync.Mutex
	locks map[nbhosting.CourseName]chan struct{} // one change of a course at a time
	open  map[string]int                         // directories of revisions that are open, and how often

	ended   chan struct{} // closed by Settle
	end     sync.Once
	gates   gates                   // closed while a course is renamed or deleted
	reached func(step string) error // for tests: called after each step of such a change
}

// New returns the catalog of the site at o.Root.
func New(o Options) *Catalog {
	return &Catalog{
		Options: o, locks: map[nbhosting.CourseName]chan struct{}{}, open: map[string]int{}, ended: make(chan struct{}),
	}
}

// Course returns the course of that name, else NotFound; Unavailable while it is
// renamed or deleted.
func (c *Catalog) Course(ctx context.Context, name nbhosting.CourseName) (nbhosting.Course, error) {
	if c.gates.areClosed(name) {
		return nbhosting.Course{}, errClosed(name)
	}
	return c.Store.Course(ctx, name)
}

// Courses returns all courses, sorted by name.
func (c *Catalog) Courses(ctx context.Context) ([]nbhosting.Course, error) {
	return c.Store.Courses(ctx)
}

// reach tells tests which step of a pull is done.
func (c *Catalog) reach(step string) {
	if c.step != nil {
		c.step(step)
	}
}

func (c *Catalog) gitDir(name nbhosting.CourseName) string {
	return filepath.Join(c.Root, "courses-git", string(name))
}

// RevisionsDir returns the directory of a course's revisions, which stays in
// place for as long as the course does.
func (c *Catalog) RevisionsDir(name nbhosting.CourseName) string {
	return filepath.Join(c.Root, "revisions", string(name))
}

// ModulesDir returns the path of the current revision's importable code.
func (c *Catalog) ModulesDir(name nbhosting.CourseName) string {
	return filepath.Join(c.Root, "modules", string(name))
}

// StaticDir returns the path of the current revision's static data.
func (c *Catalog) StaticDir(name nbhosting.CourseName) string {
	return filepath.Join(c.Root, "static", string(name))
}
