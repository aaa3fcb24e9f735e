package course

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Outcome is what a pull did.
type Outcome struct {
	Changed  bool   // another revision is published than before
	Commit   string // that is published now
	Previous string // the commit that was published before; empty: none
	Forced   bool   // the history of the branch was rewritten: Previous is not part of it any more
}

// publish makes the tree of a commit beside the current revision, then puts it
// in that one's place in one step.
func (c *Catalog) publish(ctx context.Context, course nbhosting.Course, commit git.Commit, log io.Writer) (Outcome, error) {
	if err := c.prepare(course.Name); err != nil {
		return Outcome{}, err
	}
	fingerprint, err := c.fingerprint(course.Name, commit)
	if err != nil {
		return Outcome{}, err
	}
	before := c.published(course.Name)
	outcome := Outcome{Commit: commit.Hash, Previous: before.Revision.Commit, Forced: c.isForced(ctx, course.Name, before, commit, log)}
	if before.Fingerprint == fingerprint && len(before.Missing) == 0 {
		return outcome, c.nothingNew(course.Name, before, log)
	}
	listing, err := c.list(ctx, course, commit, before)
	if err != nil {
		return Outcome{}, err
	}
	c.reach("listed")
	if before.Fingerprint == fingerprint && slices.Equal(before.Missing, listing.missing) {
		return outcome, c.nothingNew(course.Name, before, log)
	}
	revision, err := c.build(ctx, plan{course, commit, fingerprint, before, listing}, log)
	if err != nil {
		return Outcome{}, err
	}
	c.reach("built")
	if err := c.switchTo(course.Name, revision, before); err != nil {
		return Outcome{}, err
	}
	c.reach("switched")
	fmt.Fprintf(log, "published %s of %s\n", commit.Hash, commit.Date.Format(time.DateTime))
	outcome.Changed = true
	c.tidy(course.Name, listing)
	return outcome, nil
}

// prepare makes what revisions are put into, and removes what a program that was
// killed had begun.
func (c *Catalog) prepare(name nbhosting.CourseName) error {
	dir := c.RevisionsDir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := removeLeftovers(dir); err != nil {
		return err
	}
	return c.linkParts(name)
}

// nothingNew says so, and does what a kill may have left undone.
func (c *Catalog) nothingNew(name nbhosting.CourseName, before published, log io.Writer) error {
	fmt.Fprintf(log, "nothing new: %s is published already\n", before.Revision.Commit)
	dir := c.RevisionsDir(name)
	return errors.Join(showNames(dir, before.dir), hideNames(dir, before.dir))
}

// switchTo publishes a revision that is whole in place of another.
func (c *Catalog) switchTo(name nbhosting.CourseName, revision string, before published) error {
	dir := c.RevisionsDir(name)
	if err := showNames(dir, revision); err != nil {
		return err
	}
	c.reach("names shown")
	if err := retire(dir, before.dir); err != nil {
		return err
	}
	if err := replaceLink(revision, filepath.Join(dir, currentLink)); err != nil {
		return err
	}
	c.reach("link replaced")
	return hideNames(dir, revision)
}

// tidy removes what the revision that is published now has no use for. What
// cannot be removed yet is removed by a later pull.
func (c *Catalog) tidy(name nbhosting.CourseName, l *listing) {
	if err := errors.Join(c.prune(name), c.removeUnusedClones(name, l.clones)); err != nil {
		c.Logger.Error("what a course does not need any more cannot be removed", "course", name, "err", err)
	}
}

// isForced tells whether the history of a branch was rewritten since the last
// pull. What it cannot find out does not keep anything from being published.
func (c *Catalog) isForced(ctx context.Context, name nbhosting.CourseName, before published, commit git.Commit, log io.Writer) bool {
	old := before.Revision.Commit
	if old == "" || old == commit.Hash {
		return false
	}
	kept, err := c.Git.IsAncestor(ctx, c.gitDir(name), old, commit.Hash)
	if err != nil {
		c.Logger.Warn("whether history was rewritten is not known", "course", name, "err", err)
		return false
	}
	if !kept {
		fmt.Fprintf(log, "the history of the branch was rewritten: %s, which was published, is not part of it any more\n", old)
	}
	return !kept
}

const tempPrefix = ".new-"

// removeLeftovers removes what a program that was killed had begun.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// syncFileSystem makes sure that what was written is on the disk before it is
// published: a machine that stops later does not come back with empty files.
func syncFileSystem(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
