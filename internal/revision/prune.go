package revision

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
)

// isRevision matches the names of revisions.
var isRevision = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-[0-9]+)?$`).MatchString

// Prune removes the revisions of a course that nobody uses any more and that
// were not served for as long as they are kept.
//
// Servers only use paths that lead through the link to the current revision.
// But a program in one may have asked where such a path leads, and go on to use
// what it was told: therefore all stays that was published since the oldest
// revision with which a running server began.
func (s *Store) Prune(name nbhosting.CourseName) error {
	dir := s.RevisionsDir(name)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() || !isRevision(e.Name()) })
	since := s.inUseSince(name, entries)
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		retired := info.ModTime()
		if time.Since(retired) < s.KeepRevisions || !since.IsZero() && !publishedAt(dir, e.Name()).Before(since) {
			continue
		}
		errs = append(errs, s.removeRevision(dir, e.Name()))
	}
	return errors.Join(errs...)
}

// inUseSince returns when the oldest revision was published with which a running
// server began; zero if there is none.
func (s *Store) inUseSince(name nbhosting.CourseName, revisions []fs.DirEntry) time.Time {
	if s.InUse == nil {
		return time.Time{}
	}
	var oldest time.Time
	for _, commit := range s.InUse(name) {
		for _, e := range revisions {
			if commit == "" || !strings.HasPrefix(e.Name(), commit) {
				continue
			}
			if at := publishedAt(s.RevisionsDir(name), e.Name()); oldest.IsZero() || at.Before(oldest) {
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
func (s *Store) removeRevision(dir, revision string) error {
	path, away := filepath.Join(dir, revision), filepath.Join(dir, tempPrefix+revision)
	gone, err := func() (bool, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		current, err := os.Readlink(filepath.Join(dir, currentLink))
		if err != nil || current == revision || s.open[path] > 0 {
			return false, err
		}
		return true, os.Rename(path, away)
	}()
	if !gone || err != nil {
		return err
	}
	s.reach("pruning")
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
