package revision

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/git"
)

// nextHandout is one that is made, and not shown yet.
type nextHandout struct {
	plan
	store *Store
	last  handout
	anew  bool   // it does not go on from the last one
	temp  string // directory that it is made in; empty: the last one stays
	parts division
}

// division says what of a commit students may have.
type division struct {
	visible, hidden []git.Entry
	patterns        []string // of what is hidden
}

// makeHandout makes the handout that belongs to a revision which is built, and not
// published yet.
func (s *Store) makeHandout(ctx context.Context, p plan, revision string, log io.Writer) (*nextHandout, error) {
	n := &nextHandout{plan: p, store: s, last: s.handout(p.course.Name)}
	var err error
	if n.parts, err = s.divide(p, revision); err != nil {
		return nil, err
	}
	if n.temp, err = os.MkdirTemp(s.RevisionsDir(p.course.Name), tempPrefix); err != nil {
		return nil, err
	}
	if err := n.make(ctx); err != nil {
		n.discard()
		return nil, fmt.Errorf("make the repository for students: %w", err)
	}
	if n.anew && n.last.dir != "" {
		fmt.Fprintln(log, "the repository that students clone begins anew, without what is hidden now; “git pull” does not bring clones up to date that are older")
	}
	return n, nil
}

// divide tells what of a commit is hidden, of which the revision is built.
func (s *Store) divide(p plan, revision string) (division, error) {
	root, err := os.OpenRoot(filepath.Join(s.RevisionsDir(p.course.Name), revision))
	if err != nil {
		return division{}, err
	}
	defer root.Close()
	r := &Revision{Revision: nbhosting.Revision{Commit: p.commit.Hash}, root: root}
	hides, patterns, err := r.hides(p.listing)
	if err != nil {
		return division{}, err
	}
	d := division{patterns: patterns}
	for _, e := range p.listing.entries {
		switch {
		case hides[e.Path]:
			d.hidden = append(d.hidden, e.Entry)
		case path.Base(e.Path) != modulesFile: // it speaks of what is not there
			d.visible = append(d.visible, e.Entry)
		}
	}
	return d, nil
}

// make makes the handout, unless the last one has all of it.
func (n *nextHandout) make(ctx context.Context) error {
	bench := n.bench()
	if err := os.Mkdir(bench.Dir, 0o755); err != nil {
		return err
	}
	tree, err := bench.Tree(ctx, slices.Values(n.parts.visible))
	if err != nil {
		return err
	}
	if n.anew = n.last.dir == ""; !n.anew {
		if n.anew, err = n.exposes(ctx); err != nil {
			return err
		}
	}
	commit, err := n.commitOf(ctx, tree)
	if err != nil {
		return err
	}
	if commit == n.last.commit && n.branch() == n.last.branch {
		n.discard()
		n.temp = ""
		return nil
	}
	return n.write(ctx, commit)
}

// bench is where the objects of the handout are made: of those of the course's
// clones, and of the last handout.
func (n *nextHandout) bench() git.Workbench {
	clone := n.store.Clones.Dir(n.course.Name)
	b := git.Workbench{Git: n.store.Clones.Git, Format: clone, Dir: filepath.Join(n.temp, "objects"), From: []string{git.Objects(clone)}}
	for _, other := range n.listing.clones {
		b.From = append(b.From, git.Objects(other))
	}
	if n.last.dir != "" {
		b.From = append(b.From, git.Objects(n.lastDir()))
	}
	return b
}

func (n *nextHandout) lastDir() string {
	return filepath.Join(n.store.RevisionsDir(n.course.Name), n.last.dir)
}

// branch is the course's. (Tests of this package have no name for it.)
func (n *nextHandout) branch() string {
	if n.course.Branch == "" {
		return "main"
	}
	return n.course.Branch
}

// discard removes what is left of the making.
func (n *nextHandout) discard() {
	if n.temp != "" {
		_ = os.RemoveAll(n.temp)
	}
}

// show puts the handout in the place of the last one, in one step.
func (n *nextHandout) show() error {
	if n.temp == "" {
		return nil
	}
	dir := n.store.RevisionsDir(n.course.Name)
	name := n.freeName(dir)
	n.store.mu.Lock()
	defer n.store.mu.Unlock()
	if err := os.Rename(filepath.Join(n.temp, handoutLink), filepath.Join(dir, name)); err != nil {
		return err
	}
	if err := replaceLink(name, filepath.Join(dir, handoutLink)); err != nil {
		return err
	}
	if n.anew { // what is hidden now stays no longer than it has to
		return n.store.removeHandouts(dir, name)
	}
	return disk.Sync(dir)
}

// freeName returns a name for the handout.
func (n *nextHandout) freeName(dir string) string {
	number, _ := strconv.Atoi(strings.TrimPrefix(n.last.dir, handoutPrefix))
	for {
		number++
		name := handoutPrefix + strconv.Itoa(number)
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return name
		}
	}
}
