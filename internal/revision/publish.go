package revision

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

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Outcome is what a publication did.
type Outcome struct {
	Changed  bool   // another revision is published than before
	Commit   string // that is published now
	Previous string // the commit that was published before; empty: none
	Forced   bool   // the history of the branch was rewritten: Previous is not part of it any more
}

// Publish makes the tree of a commit beside the current revision, then puts it
// in that one's place in one step. A publication that fails changes nothing that
// students see. Lines that say what is done go to log.
func (s *Store) Publish(ctx context.Context, course nbhosting.Course, commit git.Commit, log io.Writer) (Outcome, error) {
	outcome, err := s.publish(ctx, course, commit, log)
	if err != nil {
		return Outcome{}, Explain(err, course.Name)
	}
	return outcome, nil
}

func (s *Store) publish(ctx context.Context, course nbhosting.Course, commit git.Commit, log io.Writer) (Outcome, error) {
	if err := s.prepare(course.Name); err != nil {
		return Outcome{}, err
	}
	fingerprint, err := s.fingerprint(course.Name, commit)
	if err != nil {
		return Outcome{}, err
	}
	before := s.published(course.Name)
	outcome := Outcome{Commit: commit.Hash, Previous: before.Revision.Commit, Forced: s.isForced(ctx, course.Name, before, commit, log)}
	if s.handout(course.Name).dir == "" {
		before.Fingerprint = "" // something is missing of it
	}
	if before.Fingerprint == fingerprint && len(before.Missing) == 0 {
		return outcome, s.nothingNew(course.Name, before, log)
	}
	listing, err := s.list(ctx, course, commit, before)
	if err != nil {
		return Outcome{}, err
	}
	s.reach("listed")
	if before.Fingerprint == fingerprint && slices.Equal(before.Missing, listing.missing) {
		return outcome, s.nothingNew(course.Name, before, log)
	}
	p := plan{course, commit, fingerprint, before, listing}
	revision, err := s.build(ctx, p, log)
	if err != nil {
		return Outcome{}, err
	}
	s.reach("built")
	handout, err := s.makeHandout(ctx, p, revision, log)
	if err != nil {
		return Outcome{}, err
	}
	defer handout.discard()
	s.reach("handout made")
	if err := s.switchTo(course.Name, revision, handout, before); err != nil {
		return Outcome{}, err
	}
	s.reach("switched")
	s.forgetRefused(course.Name)
	fmt.Fprintf(log, "published %s of %s\n", commit.Hash, commit.Date.Format(time.DateTime))
	outcome.Changed = true
	s.tidy(course.Name, listing)
	return outcome, nil
}

// prepare makes what revisions are put into, and removes what a program that was
// killed had begun.
func (s *Store) prepare(name nbhosting.CourseName) error {
	dir := s.RevisionsDir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := errors.Join(removeLeftovers(dir), s.removeOldHandouts(dir)); err != nil {
		return err
	}
	return s.linkParts(name)
}

// nothingNew says so, and does what a kill may have left undone.
func (s *Store) nothingNew(name nbhosting.CourseName, before published, log io.Writer) error {
	fmt.Fprintf(log, "nothing new: %s is published already\n", before.Revision.Commit)
	s.forgetRefused(name)
	dir := s.RevisionsDir(name)
	return errors.Join(showNames(dir, before.dir), hideNames(dir, before.dir))
}

// switchTo publishes a revision that is whole in place of another. What students
// clone comes first: a revision that is published has its handout.
func (s *Store) switchTo(name nbhosting.CourseName, revision string, handout *nextHandout, before published) error {
	dir := s.RevisionsDir(name)
	if err := showNames(dir, revision); err != nil {
		return err
	}
	s.reach("names shown")
	if err := handout.show(); err != nil {
		return err
	}
	s.reach("handout shown")
	if err := retire(dir, before.dir); err != nil {
		return err
	}
	if err := replaceLink(revision, filepath.Join(dir, currentLink)); err != nil {
		return err
	}
	s.reach("link replaced")
	return hideNames(dir, revision)
}

// tidy removes what the revision that is published now has no use for. What
// cannot be removed yet is removed by a later pull.
func (s *Store) tidy(name nbhosting.CourseName, l *listing) {
	if err := errors.Join(s.Prune(name), s.Clones.RemoveUnused(name, l.clones)); err != nil {
		s.Logger.Error("what a course does not need any more cannot be removed", "course", name, "err", err)
	}
}

// isForced tells whether the history of a branch was rewritten since the last
// pull. What it cannot find out does not keep anything from being published.
func (s *Store) isForced(ctx context.Context, name nbhosting.CourseName, before published, commit git.Commit, log io.Writer) bool {
	old := before.Revision.Commit
	if old == "" || old == commit.Hash {
		return false
	}
	kept, err := s.Clones.Git.IsAncestor(ctx, s.Clones.Dir(name), old, commit.Hash)
	if err != nil {
		s.Logger.Warn("whether history was rewritten is not known", "course", name, "err", err)
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
