package revision

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// A course's handout is its repository as students may have it: a bare one,
// beside the revisions, with a commit for each of these that is like the published one
// but for what is hidden. Submodules are plain files in it. Nothing that students
// may not see is among its objects, reachable or not.
//
// A handout never changes: each publication that changes its files makes the next
// one, of the packs of the last and one more, and replaces the link to it. The
// last one stays until the next publication, for whoever fetches from it.
const (
	handoutLink   = "handout"
	handoutPrefix = "handout-"
	gitDir        = ".git"
	packsDir      = "objects/pack"
	indexFile     = "index" // of its last commit
	maxPacks      = 20      // of a handout; then all is packed anew
)

// handout is one that is there.
type handout struct {
	dir      string // its name among the revisions; empty: there is none
	branch   string // its default
	branches []string
	commit   string // of all branches
	packs    []string
}

const branchPrefix = "refs/heads/"

// handout returns the handout of a course. One that cannot be read is as good as
// none: another one is begun.
func (s *Store) handout(name nbhosting.CourseName) handout {
	dir, err := os.Readlink(filepath.Join(s.RevisionsDir(name), handoutLink))
	if err != nil {
		return handout{}
	}
	h, err := readHandout(s.RevisionsDir(name), dir)
	if err != nil {
		s.Logger.Warn("the repository for students cannot be read", "course", name, "handout", dir, "err", err)
		return handout{}
	}
	return h
}

func readHandout(revisions, name string) (handout, error) {
	h, dir := handout{dir: name}, filepath.Join(revisions, name, gitDir)
	head, err1 := os.ReadFile(filepath.Join(dir, "HEAD"))
	refs, err2 := os.ReadFile(filepath.Join(dir, "packed-refs"))
	packs, err3 := os.ReadDir(filepath.Join(dir, packsDir))
	_, err4 := os.Stat(filepath.Join(dir, indexFile))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return handout{}, err
	}
	for line := range strings.Lines(string(refs)) {
		commit, ref, _ := strings.Cut(strings.TrimSpace(line), " ")
		if branch, found := strings.CutPrefix(ref, branchPrefix); found {
			h.commit, h.branches = commit, append(h.branches, branch)
		}
	}
	for _, p := range packs {
		h.packs = append(h.packs, p.Name())
	}
	var found bool
	h.branch, found = strings.CutPrefix(strings.TrimSpace(string(head)), "ref: "+branchPrefix)
	if !found || !slices.Contains(h.branches, h.branch) {
		return handout{}, fmt.Errorf("HEAD is %q: %w", head, fs.ErrInvalid)
	}
	return h, nil
}

// removeHandouts removes all handouts but one, and those that somebody has open:
// who closes one removes it.
func (s *Store) removeHandouts(dir, keep string) error {
	all, err := filepath.Glob(filepath.Join(dir, handoutPrefix+"*"))
	for _, h := range all {
		if filepath.Base(h) != keep && s.open[h] == 0 {
			err = errors.Join(err, os.RemoveAll(h))
		}
	}
	return err
}

// removeOldHandouts removes those that are not shown.
func (s *Store) removeOldHandouts(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown, err := os.Readlink(filepath.Join(dir, handoutLink))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.removeHandouts(dir, shown)
}
