// Package course keeps the courses of a site: what people enter about them, and
// what is done to one as a whole. A course is created, pulled, set, shown,
// renamed, deleted; one thing at a time for each.
//
// Repositories are cloned by package clone, and what they hold is published by
// package revision. On disk, below the root directory, this package itself makes
// only trash/C-DATE-TIME, with what people made of a course C that was deleted.
package course

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/clone"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/revision"
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

	revision.Places
	clone.Keys

	clones    *clone.Clones
	revisions *revision.Store
	step      func(string) // told of each step of a pull; nil but in tests

	mu    sync.Mutex
	locks map[nbhosting.CourseName]chan struct{} // one change of a course at a time

	ended   chan struct{} // closed by Settle
	end     sync.Once
	gates   gates                   // closed while a course is renamed or deleted
	reached func(step string) error // for tests: called after each step of such a change
}

// New returns the catalog of the site at o.Root.
func New(o Options) *Catalog {
	c := &Catalog{
		Options: o, Places: revision.PlacesIn(o.Root), locks: map[nbhosting.CourseName]chan struct{}{}, ended: make(chan struct{}),
		clones: clone.New(clone.Options{Root: o.Root, Git: o.Git, Logger: o.Logger}),
	}
	c.Keys = c.clones.Keys
	c.revisions = revision.New(revision.Options{
		Root: o.Root, Clones: c.clones, Logger: o.Logger,
		Version: o.Version, InUse: o.InUse, KeepRevisions: o.KeepRevisions, RunTracks: o.RunTracks, Step: c.reach,
	})
	return c
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
