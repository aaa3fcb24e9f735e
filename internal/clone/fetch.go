package clone

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

// Fetch brings the clone of a course up to date, or makes it. It returns the
// branch of the course, the remote's default if the course says none, and the
// commit that it is at. Lines that say what is done go to log.
func (c *Clones) Fetch(ctx context.Context, course nbhosting.Course, log io.Writer) (branch string, commit git.Commit, err error) {
	if branch, commit, err = c.fetch(ctx, course, log); err != nil {
		return "", git.Commit{}, c.explainFetch(err, course)
	}
	return branch, commit, nil
}

func (c *Clones) fetch(ctx context.Context, course nbhosting.Course, log io.Writer) (branch string, commit git.Commit, err error) {
	runner, err := c.gitFor(course.Name)
	if err != nil {
		return "", git.Commit{}, err
	}
	dir := c.Dir(course.Name)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(log, "cloning %s\n", git.Redact(course.GitURL))
		if err := cloneInto(ctx, runner, course.GitURL, dir); err != nil {
			return "", git.Commit{}, err
		}
	} else {
		fmt.Fprintf(log, "fetching %s\n", git.Redact(course.GitURL))
		// It holds what is hidden from students, and the system before had it open to all.
		if err := os.Chmod(dir, 0o700); err != nil {
			return "", git.Commit{}, err
		}
		if err := runner.Fetch(ctx, dir, course.GitURL); err != nil {
			return "", git.Commit{}, err
		}
	}
	branch = course.Branch
	if branch == "" {
		if branch, err = runner.RemoteDefaultBranch(ctx, dir, course.GitURL); err != nil {
			return "", git.Commit{}, err
		}
	}
	commit, err = c.Git.Resolve(ctx, dir, "refs/remotes/origin/"+branch)
	return branch, commit, err
}

func cloneInto(ctx context.Context, runner git.Runner, url, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return runner.Clone(ctx, url, dir)
}
