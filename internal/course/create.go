package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/nbhosting/nbhosting"
)

// Create adds a course and publishes its default branch. If any of it fails,
// nothing of the course stays. Lines that say what is done go to log.
func (c *Catalog) Create(ctx context.Context, course nbhosting.Course, log io.Writer) (Outcome, error) {
	if err := check(course); err != nil {
		return Outcome{}, err
	}
	unlock, err := c.lock(ctx, course.Name)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	if c.gates.areClosed(course.Name) {
		return Outcome{}, errClosed(course.Name)
	}
	if err := c.Store.CreateCourse(ctx, course); err != nil {
		return Outcome{}, err
	}
	if _, err := os.Lstat(c.gitDir(course.Name)); !errors.Is(err, fs.ErrNotExist) {
		taken := nbhosting.Because(err, nbhosting.Conflict, "There is a repository named %q already, in courses-git.", course.Name)
		return Outcome{}, errors.Join(taken, c.Store.DeleteCourse(context.WithoutCancel(ctx), course.Name))
	}
	c.tellLeftovers(course.Name, log)
	outcome, err := c.pull(ctx, course, log)
	if err != nil {
		return Outcome{}, errors.Join(err, c.undoCreate(context.WithoutCancel(ctx), course.Name))
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
	err := c.unpublish(name)
	err = errors.Join(err, os.RemoveAll(c.gitDir(name)), c.Store.DeleteCourse(ctx, name))
	if err != nil {
		return fmt.Errorf("undo the creation of %s: %w", name, err)
	}
	return nil
}
