package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Create adds a course and publishes its default branch. If any of it fails,
// nothing of the course stays. Lines that say what is done go to log.
func (c *Catalog) Create(ctx context.Context, course nbhosting.Course, log io.Writer) (revision.Outcome, error) {
	if err := check(course); err != nil {
		return revision.Outcome{}, err
	}
	unlock, err := c.lock(ctx, course.Name)
	if err != nil {
		return revision.Outcome{}, err
	}
	defer unlock()
	if c.gates.areClosed(course.Name) {
		return revision.Outcome{}, errClosed(course.Name)
	}
	if err := c.Store.CreateCourse(ctx, course); err != nil {
		return revision.Outcome{}, err
	}
	if _, err := os.Lstat(c.clones.Dir(course.Name)); !errors.Is(err, fs.ErrNotExist) {
		taken := nbhosting.Because(err, nbhosting.Conflict, "There is a repository named %q already, in courses-git.", course.Name)
		return revision.Outcome{}, errors.Join(taken, c.Store.DeleteCourse(context.WithoutCancel(ctx), course.Name))
	}
	c.tellLeftovers(course.Name, log)
	outcome, err := c.pull(ctx, course, log)
	if err != nil {
		return revision.Outcome{}, errors.Join(err, c.undoCreate(context.WithoutCancel(ctx), course.Name))
	}
	return outcome, nil
}

// CheckNew tells what keeps a course from being created, as far as that can be
// told without its repository.
func (c *Catalog) CheckNew(ctx context.Context, course nbhosting.Course) error {
	if err := check(course); err != nil {
		return err
	}
	_, err := c.Store.Course(ctx, course.Name)
	switch {
	case err == nil:
		return nbhosting.Errorf(nbhosting.Conflict, "There is a course named %q already.", course.Name)
	case nbhosting.KindOf(err) == nbhosting.NotFound:
		return nil
	}
	return err
}

// check tells what is wrong with what people enter about a course.
func check(course nbhosting.Course) error {
	if err := errors.Join(checkGitURL(course.GitURL), checkImage(course.Image), checkBranch(course.Branch)); err != nil {
		return err
	}
	return nil
}

func (c *Catalog) undoCreate(ctx context.Context, name nbhosting.CourseName) error {
	err := c.revisions.Remove(name)
	err = errors.Join(err, c.clones.Remove(name), c.Store.DeleteCourse(ctx, name))
	if err != nil {
		return fmt.Errorf("undo the creation of %s: %w", name, err)
	}
	return nil
}
