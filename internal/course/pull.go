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

// Outcome is what a pull came to.
type Outcome struct {
	Changed bool // something else is published now
}

// Pull publishes the present commit of the course's branch. A pull that fails
// changes nothing that students see. Lines that say what is done go to log.
func (c *Catalog) Pull(ctx context.Context, name nbhosting.CourseName, log io.Writer) (Outcome, error) {
	l := c.lock(name)
	l.Lock()
	defer l.Unlock()
	course, err := c.Course(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Changed: true}, c.pull(ctx, course, log)
}

func (c *Catalog) pull(ctx context.Context, course nbhosting.Course, log io.Writer) error {
	commit, err := c.fetch(ctx, &course, log)
	if err != nil {
		return explainGit(err, course)
	}
	if err := c.Store.SaveCourse(ctx, course); err != nil {
		return fmt.Errorf("keep the branch of %s: %w", course.Name, err)
	}
	if err := c.publish(ctx, course.Name, commit, log); err != nil {
		return explainPublish(err, course.Name)
	}
	c.Logger.Info("course published", "course", course.Name, "commit", commit.Hash)
	return nil
}

// fetch brings the clone up to date and returns the commit to publish. It sets
// the branch of a course that has none yet.
func (c *Catalog) fetch(ctx context.Context, course *nbhosting.Course, log io.Writer) (git.Commit, error) {
	dir := c.gitDir(course.Name)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(log, "cloning %s\n", git.Redact(course.GitURL))
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return git.Commit{}, err
		}
		if err := c.Git.Clone(ctx, course.GitURL, dir); err != nil {
			return git.Commit{}, err
		}
	} else {
		fmt.Fprintf(log, "fetching %s\n", git.Redact(course.GitURL))
		if err := c.Git.Fetch(ctx, dir, course.GitURL); err != nil {
			return git.Commit{}, err
		}
	}
	if course.Branch == "" {
		branch, err := c.Git.RemoteDefaultBranch(ctx, dir, course.GitURL)
		if err != nil {
			return git.Commit{}, err
		}
		course.Branch = branch
	}
	return c.Git.Resolve(ctx, dir, "refs/remotes/origin/"+course.Branch)
}
