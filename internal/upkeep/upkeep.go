// Package upkeep is what is done to courses as jobs, and when: because somebody
// asks, again and again (autopull), because a git host tells of a push, or
// because a pull published something (autobuild).
package upkeep

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/job"
)

// Images builds the images that courses run in.
type Images interface {
	BuildCore(ctx context.Context, options image.Options, log io.Writer) error
	BuildCourse(ctx context.Context, options image.CourseOptions, log io.Writer) error
	Details(ctx context.Context, name string) (image.Details, error)
}

// Options are what a Keeper works with; all are required.
type Options struct {
	Jobs     *job.Manager
	Courses  *course.Catalog
	Images   Images
	Builds   *build.Builder
	Interval time.Duration // between two pulls of a course that is pulled automatically
	Logger   *slog.Logger
}

// Keeper keeps the courses of a site. Its methods return the job that does what
// is asked; what can be refused at once is.
type Keeper struct{ Options }

// New returns the keeper of a site.
func New(o Options) *Keeper { return &Keeper{o} }

// Jobs work on parts of a course; two that work on the same never overlap.
func content(name nbhosting.CourseName) string { return "content of " + string(name) }
func imageOf(name nbhosting.CourseName) string { return "image of " + string(name) }
func booksOf(name nbhosting.CourseName) string { return "books of " + string(name) }
func all(name nbhosting.CourseName) (keys []string) {
	return []string{content(name), imageOf(name), booksOf(name)}
}

// active returns a course that is not archived.
func (k *Keeper) active(ctx context.Context, name nbhosting.CourseName) (nbhosting.Course, error) {
	c, err := k.Courses.Course(ctx, name)
	if err == nil && c.Archived {
		err = nbhosting.Errorf(nbhosting.Conflict, "The course %q is archived, and left alone. Take it out of the archive first.", name)
	}
	return c, err
}
