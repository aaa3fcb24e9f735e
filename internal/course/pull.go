package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Pull publishes the present commit of the course's branch. A pull that fails
// changes nothing that students see. Lines that say what is done go to log. One
// course is pulled once at a time: others wait, or leave when ctx ends.
func (c *Catalog) Pull(ctx context.Context, name nbhosting.CourseName, log io.Writer) (Outcome, error) {
	unlock, err := c.lock(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	course, err := c.Course(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	return c.pull(ctx, course, log)
}

func (c *Catalog) pull(ctx context.Context, course nbhosting.Course, log io.Writer) (Outcome, error) {
	commit, err := c.fetch(ctx, &course, log)
	if err != nil {
		return Outcome{}, c.explainFetch(err, course)
	}
	c.reach("fetched")
	if err := c.Store.SaveCourse(ctx, course); err != nil {
		return Outcome{}, fmt.Errorf("keep the branch of %s: %w", course.Name, err)
	}
	c.reach("branch saved")
	outcome, err := c.publish(ctx, course, commit, log)
	if err != nil {
		return Outcome{}, explainPublish(err, course.Name)
	}
	c.Logger.Info("course pulled", "course", course.Name, "commit", commit.Hash, "changed", outcome.Changed, "forced", outcome.Forced)
	return outcome, nil
}

// fetch brings the clone up to date and returns the commit to publish. It sets
// the branch of a course that has none yet.
func (c *Catalog) fetch(ctx context.Context, course *nbhosting.Course, log io.Writer) (git.Commit, error) {
	dir := c.gitDir(course.Name)
	runner, err := c.gitFor(course.Name)
	if err != nil {
		return git.Commit{}, err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(log, "cloning %s\n", git.Redact(course.GitURL))
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return git.Commit{}, err
		}
		if err := runner.Clone(ctx, course.GitURL, dir); err != nil {
			return git.Commit{}, err
		}
	} else {
		fmt.Fprintf(log, "fetching %s\n", git.Redact(course.GitURL))
		if err := runner.Fetch(ctx, dir, course.GitURL); err != nil {
			return git.Commit{}, err
		}
	}
	if course.Branch == "" {
		branch, err := runner.RemoteDefaultBranch(ctx, dir, course.GitURL)
		if err != nil {
			return git.Commit{}, err
		}
		course.Branch = branch
	}
	return c.Git.Resolve(ctx, dir, "refs/remotes/origin/"+course.Branch)
}
