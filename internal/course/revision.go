package course

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Revision returns the current revision of a course, to be closed after use;
// Unavailable if nothing is published.
func (c *Catalog) Revision(name nbhosting.CourseName) (*revision.Revision, error) {
	return c.revisions.Current(name)
}

// Handout returns the repository of a course that students clone, to be closed
// after use; Unavailable if nothing is published.
func (c *Catalog) Handout(name nbhosting.CourseName, origin revision.Origin) (*revision.Handout, error) {
	return c.revisions.Handout(name, origin)
}

// Export writes the published commit of a course into dir, as
// [revision.Store.Export] has it. It waits while the course is pulled.
func (c *Catalog) Export(ctx context.Context, name nbhosting.CourseName, dir string) (commit string, err error) {
	course, unlock, err := c.hold(ctx, name)
	if err != nil {
		return "", err
	}
	defer unlock()
	return c.revisions.Export(ctx, course, dir)
}

// SettingsLayers returns the directories that hold the settings of a course, as
// [revision.Store.SettingsLayers] has it. It waits while the course is pulled.
func (c *Catalog) SettingsLayers(ctx context.Context, name nbhosting.CourseName) (layers []fs.FS, done func(), err error) {
	course, unlock, err := c.hold(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	return c.revisions.SettingsLayers(ctx, course)
}

// Prune removes the revisions of all courses that nobody uses any more and that
// were not served for as long as they are kept.
func (c *Catalog) Prune(ctx context.Context) error {
	courses, err := c.Courses(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, course := range courses {
		errs = append(errs, c.prune(ctx, course.Name))
	}
	return errors.Join(errs...)
}

func (c *Catalog) prune(ctx context.Context, name nbhosting.CourseName) error {
	unlock, err := c.lock(ctx, name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.revisions.Prune(name); err != nil {
		return fmt.Errorf("remove old revisions of %s: %w", name, err)
	}
	return nil
}
