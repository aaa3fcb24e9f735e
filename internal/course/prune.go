package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Prune removes the revisions of all courses that nobody uses any more and that
// were not served for as long as they are kept.
func (c *Catalog) Prune(ctx context.Context) error {
	courses, err := c.Courses(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, course := range courses {
		errs = append(errs, c.pruneCourse(ctx, course.Name))
	}
	return errors.Join(errs...)
}

func (c *Catalog) pruneCourse(ctx context.Context, name nbhosting.CourseName) error {
	unlock, err := c.lock(ctx, name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.prune(name); err != nil {
		return fmt.Errorf("remove old revisions of %s: %w", name, err)
	}
	return nil
}

// isRevision matches the names of revisions.
var isRevision = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-[0-9]+)?$`).MatchString

// prune removes old revisions of a course whose lock is held.
//
// Servers only use paths that lead through the link to the current revision.
// But a program in one may have asked where such a path leads, and go on to use
// what it was told: therefore all stays that was published since the oldest
// revision with which a running server began.
func (c *Catalog) prune(name nbhosting.CourseName) error {
	dir := c.RevisionsDir(name)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() || !isRevision(e.Name()) })
	since := c.inUseSince(name, entries)
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		retired := info.ModTime()
		if time.Since(retired) < c.KeepRevisions || !since.IsZero() && !publishedAt(dir, e.Name()).Before(since) {
			continue
		}
		errs = append(errs, c.removeRevision(dir, e.Name()))
	}
	return errors.Join(errs...)
}

// inUseSince returns when the oldest revision was published with which a running
// server began; zero if there is none.
func (c *Catalog) inUseSince(name nbhosting.CourseName, revisions []fs.DirEntry) time.Time {
	if c.InUse == nil {
		return time.Time{}
	}
	var oldest time.Time
	for _, commit := range c.InUse(name) {
		for _, e := range revisions {
			if commit == "" || !strings.HasPrefix(e.Name(), commit) {
				continue
			}
			if at := publishedAt(c.RevisionsDir(name), e.Name()); oldest.IsZero() || at.Before(oldest) {
				oldest = at
			}
		}
	}
	return oldest
}

// publishedAt returns when a revision was published; zero if it does not say.
func publishedAt(dir, revision string) time.Time {
	var rec record
	text, err := os.ReadFile(filepath.Join(dir, revision, recordFile))
	if err != nil || json.Unmarshal(text, &rec) != nil {
		return time.Time{}
	}
	return rec.Revision.PublishedAt
}

// removeRevision removes a revision, unless it is the current one or somebody
// has it open. It goes in one step, so that no half of one is ever taken for whole.
func (c *Catalog) removeRevision(dir, revision string) error {
	path, away := filepath.Join(dir, revision), filepath.Join(dir, tempPrefix+revision)
	gone, err := func() (bool, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		current, err := os.Readlink(filepath.Join(dir, currentLink))
		if err != nil || current == revision || c.open[path] > 0 {
			return false, err
		}
		return true, os.Rename(path, away)
	}()
	if !gone || err != nil {
		return err
	}
	c.reach("pruning")
	return os.RemoveAll(away)
}

// retire notes that a revision is served until now.
func retire(dir, revision string) error {
	if revision == "" {
		return nil
	}
	now := time.Now()
	return os.Chtimes(filepath.Join(dir, revision), now, now)
}
