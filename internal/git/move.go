package git

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Move says where the file came from that a commit brought under a name.
type Move struct {
	From string // empty: it is new
	To   string
}

// How alike two files have to be for one to be the other, moved; and how much of
// a file has to be replaced for it to count as another one, as where notebooks
// that are numbered make room for one in between. All notebooks have much of
// their JSON in common, so that half, git's own measure, says little.
const (
	moveLikeness = "-M70%"
	moveBreaks   = "-B40%/70%"
	moveLimit    = "-l1000"
)

// Moves returns what the commits that are part of commit, and not of since, did
// to the names of files with the given endings: a list for each commit that did
// something, parents first. An empty since stands for nothing. What merges do of
// themselves is not looked at. ErrNoRevision if the clone in dir lacks a commit.
func (r Runner) Moves(ctx context.Context, dir, since, commit string, endings []string) ([][]Move, error) {
	m := mover{runner: r, dir: dir, doing: fmt.Sprintf("look for files that moved until %.40q in %s", commit, dir)}
	for _, ending := range endings {
		m.patterns = append(m.patterns, "*"+ending)
	}
	if !isHash(commit) || since != "" && !isHash(since) {
		return nil, fmt.Errorf("git: %s: %w", m.doing, ErrNoRevision)
	}
	commits := []string{"rev-list", "--topo-order", "--reverse", commit}
	if since != "" {
		if _, err := r.Resolve(ctx, dir, since); err != nil {
			return nil, err
		}
		commits = append(commits, "^"+since)
	}
	list, err := m.run(ctx, "", commits...)
	if err != nil || list == "" {
		return nil, err
	}
	// Only a commit that brings a name can have moved something to it: in these
	// alone, contents are read and compared.
	list, err = m.run(ctx, list, "diff-tree", "--stdin", "-r", "-s", "--no-renames", "--diff-filter=A", "--pretty=tformat:%H")
	if err != nil || list == "" {
		return nil, err
	}
	list, err = m.run(ctx, list, "diff-tree", "--stdin", "-r", "-z", "--name-status", "--no-rename-empty", "--diff-filter=ABCMR",
		moveLikeness, moveBreaks, moveLimit)
	if err != nil {
		return nil, err
	}
	return readMoves(list)
}

type mover struct {
	runner     Runner
	dir, doing string
	patterns   []string
}

// run runs git on the files that matter, with a list of commits as its input if
// that is not empty.
func (m mover) run(ctx context.Context, commits string, args ...string) (string, error) {
	c := call{doing: m.doing, args: inRepository(m.dir, slices.Concat(args, []string{"--"}, m.patterns)...), timeout: m.runner.timeout()}
	if commits != "" {
		c.write = func(stdin io.Writer) error {
			_, err := io.WriteString(stdin, commits)
			return err
		}
	}
	return m.runner.output(ctx, c)
}

// readMoves reads what diff-tree prints: the hash of a commit, then for each
// file "STATUS", its path and, if it was another's, before it that one.
func readMoves(out string) ([][]Move, error) {
	var all [][]Move
	var now commitMoves
	words := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for len(words) > 0 {
		if word := words[0]; isHash(word) || word == "" {
			all, now, words = append(all, now.all()), commitMoves{}, words[1:]
			continue
		}
		paths := 1
		if strings.Contains("CR", words[0][:1]) {
			paths = 2
		}
		if len(words) <= paths {
			return nil, fmt.Errorf("the list of moves ends after %q", words[0])
		}
		for _, path := range words[1 : paths+1] {
			if err := checkPath(path); err != nil {
				return nil, err
			}
		}
		now.add(words[0], words[1:paths+1])
		words = words[paths+1:]
	}
	return slices.DeleteFunc(append(all, now.all()), func(moves []Move) bool { return len(moves) == 0 }), nil
}

// commitMoves are those of one commit.
type commitMoves struct {
	moves     []Move
	rewritten []string
}

func (c *commitMoves) add(status string, paths []string) {
	switch {
	case len(paths) == 2:
		c.moves = append(c.moves, Move{From: paths[0], To: paths[1]})
	case status[0] == 'A':
		c.moves = append(c.moves, Move{To: paths[0]})
	case len(status) > 1: // how much of it was
		c.rewritten = append(c.rewritten, paths[0])
	}
}

// all returns the moves, and as new the files that took a name which another one left.
func (c *commitMoves) all() []Move {
	for _, path := range c.rewritten {
		if slices.ContainsFunc(c.moves, func(m Move) bool { return m.From == path }) {
			c.moves = append(c.moves, Move{To: path})
		}
	}
	return c.moves
}
