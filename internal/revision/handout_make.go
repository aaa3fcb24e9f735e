package revision

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// exposes tells whether the last handout holds what is hidden now: a file, or an
// earlier content of one.
func (n *nextHandout) exposes(ctx context.Context) (bool, error) {
	if len(n.parts.patterns) == 0 {
		return false, nil
	}
	old := n.bench()
	old.From = []string{git.Objects(n.lastDir())}
	seen := map[string]bool{}
	for _, e := range n.parts.visible {
		seen[e.Object] = true
	}
	held, err := old.Holds(ctx, func(yield func(string) bool) {
		for _, e := range n.parts.hidden {
			if !seen[e.Object] && !yield(e.Object) {
				return
			}
		}
	})
	if held || err != nil {
		return held, err
	}
	return n.hadHidden(ctx, old, n.last.commit)
}

// hadHidden tells whether there is a path in the history of a commit that is hidden now.
func (n *nextHandout) hadHidden(ctx context.Context, bench git.Workbench, commit string) (bool, error) {
	if len(n.parts.patterns) == 0 {
		return false, nil
	}
	paths, err := bench.Paths(ctx, commit)
	return len(settings.Hide(n.parts.patterns, paths)) > 0, err
}

// commitOf returns the commit of a tree: the last one, if the tree is the same.
func (n *nextHandout) commitOf(ctx context.Context, tree string) (string, error) {
	bench := n.bench()
	published, err := bench.Text(ctx, n.commit.Hash)
	if err != nil {
		return "", err
	}
	parent := ""
	if !n.anew {
		parent = n.last.commit
		last, err := bench.Text(ctx, parent)
		if err != nil || git.IsOfTree(last, tree) {
			return parent, err
		}
	} else if n.last.dir == "" && n.isTakenOver() && git.IsOfTree(published, tree) {
		had, err := n.hadHidden(ctx, bench, n.commit.Hash)
		if err != nil || !had {
			return n.commit.Hash, err
		}
	}
	return bench.Commit(ctx, git.Recommit(published, tree, parent))
}

// isTakenOver tells whether the course's clone is of the system before this one,
// which checked its files out. Students have clones of that clone then, whose
// history has to go on.
func (n *nextHandout) isTakenOver() bool {
	_, err := os.Lstat(filepath.Join(n.store.Clones.Dir(n.course.Name), ".git", "index"))
	return err == nil
}

// write writes the handout that ends with a commit. Packs of the last one are
// shared, unless they are too many, or of what students may not have any more.
func (n *nextHandout) write(ctx context.Context, commit string) error {
	dir := filepath.Join(n.temp, handoutLink, gitDir)
	for _, d := range []string{packsDir, "objects/info", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	without := ""
	if !n.anew && len(n.last.packs) < 2*maxPacks && n.sharePacks(dir) == nil {
		without = n.last.commit
	}
	bench, packs := n.bench(), filepath.Join(dir, packsDir)
	if commit != without {
		if err := bench.Pack(ctx, packs, commit, without); err != nil {
			return err
		}
	}
	for name, text := range n.describe(commit) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := os.Rename(filepath.Join(bench.Dir, git.IndexFile), filepath.Join(dir, indexFile)); err != nil {
		return err
	}
	return disk.Sync(dir)
}

// sharePacks links the packs of the last handout; where that fails, none is left.
func (n *nextHandout) sharePacks(dir string) error {
	for i, pack := range n.last.packs {
		to := filepath.Join(dir, packsDir, pack)
		if err := os.Link(filepath.Join(n.lastDir(), gitDir, packsDir, pack), to); err != nil {
			for _, pack := range n.last.packs[:i] {
				_ = os.Remove(filepath.Join(dir, packsDir, pack))
			}
			return err
		}
	}
	return nil
}

// describe returns the files of the handout that say what git needs to know. A
// course that changed its branch goes on by the names of before as well, for
// clones that follow these.
func (n *nextHandout) describe(commit string) map[string]string {
	branches := []string{n.branch()}
	for _, b := range n.last.branches {
		if !isBelow(b, n.branch()) && !isBelow(n.branch(), b) {
			branches = append(branches, b)
		}
	}
	slices.Sort(branches)
	refs := "# pack-refs with: peeled fully-peeled sorted \n"
	for _, b := range branches {
		refs += commit + " " + branchPrefix + b + "\n"
	}
	return map[string]string{"HEAD": "ref: " + branchPrefix + n.branch() + "\n", "packed-refs": refs, "config": coreConfig(commit, true)}
}

// coreConfig is the configuration of a repository with the hash commit in it.
func coreConfig(commit string, bare bool) string {
	lines := []string{"[core]", "\trepositoryformatversion = 0", "\tfilemode = true"}
	if bare {
		lines = append(lines, "\tbare = true")
	} else {
		lines = append(lines, "\tbare = false", "\tlogallrefupdates = true")
	}
	if len(commit) == 64 {
		lines[1] = "\trepositoryformatversion = 1"
		lines = append(lines, "[extensions]", "\tobjectformat = sha256")
	}
	return strings.Join(lines, "\n") + "\n"
}
