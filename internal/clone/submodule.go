package clone

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

func (c *Clones) submodulesDir(name nbhosting.CourseName) string {
	return filepath.Join(c.Dir(name), ".git", "submodules")
}

// SubmoduleDir returns the directory of the clone of what is at url, a submodule
// of a course. A commit that is in it once is never asked for again.
func (c *Clones) SubmoduleDir(name nbhosting.CourseName, url string) string {
	sum := sha256.Sum256([]byte(git.WithoutLogin(url)))
	return filepath.Join(c.submodulesDir(name), hex.EncodeToString(sum[:16]))
}

// Obtain makes sure that a commit of the repository at url, a submodule of a
// course, is in its clone. Its host is asked until the deadline, and no longer.
func (c *Clones) Obtain(ctx context.Context, name nbhosting.CourseName, url, commit string, deadline time.Time) error {
	runner, err := c.gitFor(name)
	if err != nil {
		return err
	}
	clone := c.SubmoduleDir(name, url)
	has := func() bool {
		_, err := runner.Resolve(ctx, clone, commit)
		return err == nil
	}
	remote, cancel := context.WithDeadlineCause(ctx, deadline, git.ErrTimeout)
	defer cancel()
	switch _, err := os.Stat(clone); {
	case errors.Is(err, fs.ErrNotExist):
		if err := cloneInto(remote, runner, url, clone); err != nil {
			return err
		}
	case has():
		return nil
	default:
		if err := runner.Fetch(remote, clone, url); err != nil {
			return err
		}
	}
	if has() {
		return nil
	}
	return runner.FetchCommit(remote, clone, url, commit)
}

// RemoveUnused removes the clones of a course's submodules that are not among
// used, and what killed programs had begun of others.
func (c *Clones) RemoveUnused(name nbhosting.CourseName, used []string) error {
	dir := c.submodulesDir(name)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if clone := filepath.Join(dir, e.Name()); !slices.Contains(used, clone) {
			err = errors.Join(err, os.RemoveAll(clone))
		}
	}
	return err
}
