// Package course keeps the courses of a site: each a git repository, of which
// one commit at a time is published as an immutable tree on disk, a revision.
//
// On disk, below the root directory, for a course C:
//
//	courses-git/C            the clone; nothing is checked out in it
//	revisions/C/COMMIT/      one revision: notebooks/, modules/, static/, revision.json
//	revisions/C/current      link to the published revision: replacing it publishes another
//	revisions/C/view/        what running servers see of modules and static data
//	courses/C, modules/C, static/C   links to the parts of the current revision
package course

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Store keeps what people enter about courses.
type Store interface {
	CreateCourse(context.Context, nbhosting.Course) error // Conflict if there is one of that name
	SaveCourse(context.Context, nbhosting.Course) error
	DeleteCourse(context.Context, nbhosting.CourseName) error
	Course(context.Context, nbhosting.CourseName) (nbhosting.Course, error) // else NotFound
	Courses(context.Context) ([]nbhosting.Course, error)                    // sorted by name
}

// Options are what a Catalog works with; all are required.
type Options struct {
	Root        string // the data directory
	Store       Store
	Git         git.Runner
	NotebookURL string // default notebook_url_format
	Logger      *slog.Logger
}

// Catalog is all the courses of a site. Its methods may be called by several goroutines.
type Catalog struct {
	Options

	mu    sync.Mutex
	locks map[nbhosting.CourseName]*sync.Mutex // one change of a course at a time
}

// New returns the catalog of the site at o.Root.
func New(o Options) *Catalog {
	return &Catalog{Options: o, locks: map[nbhosting.CourseName]*sync.Mutex{}}
}

// Course returns the course of that name, else NotFound.
func (c *Catalog) Course(ctx context.Context, name nbhosting.CourseName) (nbhosting.Course, error) {
	return c.Store.Course(ctx, name)
}

// Courses returns all courses, sorted by name.
func (c *Catalog) Courses(ctx context.Context) ([]nbhosting.Course, error) {
	return c.Store.Courses(ctx)
}

func (c *Catalog) lock(name nbhosting.CourseName) *sync.Mutex {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.locks[name]
	if !ok {
		l = new(sync.Mutex)
		c.locks[name] = l
	}
	return l
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
