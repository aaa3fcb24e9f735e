package revision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// movesFile holds moves. Nobody but this program reads it: it knows the names of
// what is hidden.
const movesFile = "moves.json"

// movesTimeout bounds the reading of history. The first revision of a course
// reads all of it, the others what is new.
const movesTimeout = time.Minute

// moves is what is known of the names that notebooks had, from the beginning of
// the course's history to the commit Until. Each revision takes over what the one
// before knew, which a rewritten history does not take back: there are students
// who have notebooks by these names. What got lost is read in history again.
type moves struct {
	Until string `json:"until"`
	// Former are the earlier names of the notebook that has a name, or had it last; the last of them first.
	Former map[string][]string `json:"former"`
	// Present is the name of the notebook that had another one, and is the last that had that.
	Present map[string]string `json:"present"`
}

func newMoves() moves { return moves{Former: map[string][]string{}, Present: map[string]string{}} }

// moves returns what is known at a commit. What cannot be found out keeps nothing
// from being published: the next revision tries again.
func (s *Store) moves(ctx context.Context, root *os.Root, p plan) moves {
	m := newMoves()
	if p.before.dir != "" {
		var err error
		if m, err = readMoves(root, path.Join(p.before.dir, movesFile)); err != nil {
			s.Logger.Warn("a revision does not say what has moved: all of history is read", "course", p.course.Name, "err", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, movesTimeout)
	defer cancel()
	dir := s.Clones.Dir(p.course.Name)
	all, err := s.Clones.Git.Moves(ctx, dir, m.Until, p.commit.Hash, nbhosting.NotebookExtensions)
	if errors.Is(err, git.ErrNoRevision) { // it is no part of the clone any more
		all, err = s.Clones.Git.Moves(ctx, dir, "", p.commit.Hash, nbhosting.NotebookExtensions)
	}
	if err != nil {
		s.Logger.Error("which notebooks have moved is not known", "course", p.course.Name, "since", m.Until, "err", err)
		return m
	}
	for _, of := range all {
		m.apply(of)
	}
	m.Until = p.commit.Hash
	return m
}

func readMoves(root *os.Root, name string) (moves, error) {
	m := newMoves()
	text, err := root.ReadFile(name)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Former == nil || m.Present == nil {
		return newMoves(), fmt.Errorf("%s: %w", name, errors.Join(err, fs.ErrInvalid))
	}
	return m, nil
}

// apply follows what one commit moved. All of that happens at once: a notebook
// can take the name that another one leaves.
func (m *moves) apply(of []git.Move) {
	of = slices.DeleteFunc(slices.Clone(of), func(move git.Move) bool {
		// A name that JSON cannot hold would come back as another one.
		return !utf8.ValidString(move.From) || !utf8.ValidString(move.To)
	})
	former, to := map[string][]string{}, map[string]string{}
	for _, move := range of {
		former[move.To] = m.formerAfter(move)
		if move.From != "" {
			to[move.From] = move.To
		}
	}
	for name, now := range m.Present {
		if next, moved := to[now]; moved {
			m.Present[name] = next
		} else if _, taken := former[now]; taken {
			delete(m.Present, name) // what had the name before is gone
		}
	}
	for _, move := range of {
		if move.From != "" {
			delete(m.Former, move.From)
			m.Present[move.From] = move.To
		}
	}
	for name, names := range former {
		delete(m.Former, name)
		delete(m.Present, name)
		if len(names) > 0 {
			m.Former[name] = names
		}
	}
}

// formerAfter returns the former names of what a move brings.
func (m *moves) formerAfter(move git.Move) []string {
	if move.From == "" {
		return nil
	}
	known := m.Former[move.To]
	if len(m.Former[move.From]) == 0 && slices.Contains(known, move.From) {
		return known // two branches moved it alike
	}
	names := append([]string{move.From}, m.Former[move.From]...)
	return slices.DeleteFunc(names, func(name string) bool { return name == move.To })
}

func (t *tree) writeMoves(m moves) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return t.root.WriteFile(filepath.Join(t.dir, movesFile), text, 0o600)
}

// moves reads what the revision knows, once. A revision that does not say it knows nothing.
func (r *Revision) moves() moves {
	r.readMoves.Do(func() { r.known, _ = readMoves(r.root, movesFile) })
	return r.known
}

// Former returns the names that the notebook had earlier that has the name file
// now, or was the last to have it; the last of them first.
func (r *Revision) Former(file string) []string { return r.moves().Former[file] }

// Origin returns the notebook of the revision of which a student's file is a
// copy: that of the same name, or what has become of the one that had it; "" if
// there is none.
func (r *Revision) Origin(file string) string {
	if found := r.Find([]string{file}); found != "" {
		return found
	}
	return r.Find([]string{r.moves().Present[file]})
}

// Successor returns the notebook of the revision that has taken the place of
// file, of which it is another version: moved or in another format; "" if the
// revision has file itself, or nothing like it.
func (r *Revision) Successor(file string) string {
	if r.Find([]string{file}) != "" {
		return ""
	}
	if moved := r.moves().Present[file]; moved != "" {
		return r.Find(formatsOf(moved))
	}
	for _, other := range formatsOf(file) {
		if r.Find([]string{other}) != "" {
			return other
		}
		if moved := r.Find(formatsOf(r.moves().Present[other])); moved != "" {
			return moved
		}
	}
	return ""
}

// formatsOf returns a notebook's file and those that it would be in other formats.
func formatsOf(file string) []string {
	stem := nbhosting.TrimNotebookExtension(file)
	if stem == file {
		return nil
	}
	files := []string{file}
	for _, ext := range nbhosting.NotebookExtensions {
		if stem+ext != file {
			files = append(files, stem+ext)
		}
	}
	return files
}
