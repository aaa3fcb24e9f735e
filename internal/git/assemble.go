package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Workbench is where objects are made of those of several repositories before
// they are put into another one. Nothing is written to those that they come from.
type Workbench struct {
	Git    Runner
	Format string   // a clone, whose kind of objects is made
	Dir    string   // a directory that is there, for what is made
	From   []string // directories of objects that are there already: see [Objects]
}

// Objects returns the directory of the objects of the clone in dir.
func Objects(dir string) string { return filepath.Join(dir, ".git", "objects") }

// IndexFile is the name, in the directory of a Workbench, of the index of the
// tree that was written there last.
const IndexFile = "index"

// environment has git write to the workbench only.
func (w Workbench) environment() []string {
	quoted := make([]string, len(w.From))
	for i, dir := range w.From {
		quoted[i] = strconv.Quote(dir) // they are separated by colons
	}
	return []string{
		"GIT_OBJECT_DIRECTORY=" + w.Dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + strings.Join(quoted, ":"),
		"GIT_INDEX_FILE=" + filepath.Join(w.Dir, IndexFile),
	}
}

func (w Workbench) run(ctx context.Context, doing string, write func(io.Writer) error, args ...string) (string, error) {
	out, err := w.Git.output(ctx, call{
		doing: doing, args: inRepository(w.Format, args...), env: w.environment(), write: write, timeout: w.Git.timeout(),
	})
	return strings.TrimSpace(out), err
}

// Tree writes the tree of some files, and its index, and returns its hash. The
// objects of the files have to be there.
func (w Workbench) Tree(ctx context.Context, files iter.Seq[Entry]) (string, error) {
	doing := "write a tree in " + w.Dir
	if err := os.Remove(filepath.Join(w.Dir, IndexFile)); err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("git: %s: %w", doing, err)
	}
	_, err := w.run(ctx, doing, func(stdin io.Writer) error {
		out := bufio.NewWriter(stdin)
		for f := range files {
			fmt.Fprintf(out, "%s %s\t%s\x00", f.Mode, f.Object, f.Path)
		}
		return out.Flush()
	}, "update-index", "-z", "--index-info")
	if err != nil {
		return "", err
	}
	return w.run(ctx, doing, nil, "write-tree")
}

// Commit writes a commit and returns its hash.
func (w Workbench) Commit(ctx context.Context, text string) (string, error) {
	return w.run(ctx, "write a commit in "+w.Dir, func(stdin io.Writer) error {
		_, err := io.WriteString(stdin, text)
		return err
	}, "hash-object", "-t", "commit", "-w", "--stdin")
}

// Text returns the text of a commit.
func (w Workbench) Text(ctx context.Context, commit string) (string, error) {
	doing := fmt.Sprintf("read the commit %.40q", commit)
	if !isHash(commit) {
		return "", fmt.Errorf("git: %s: %w", doing, ErrNoRevision)
	}
	return w.Git.output(ctx, call{
		doing: doing, args: inRepository(w.Format, "cat-file", "commit", commit), env: w.environment(), timeout: w.Git.timeout(),
	})
}

// Pack writes into a directory a pack of all that commit holds and, if that is
// not empty, the commit without does not: that, and nothing else of what is there.
func (w Workbench) Pack(ctx context.Context, dir, commit, without string) error {
	_, err := w.run(ctx, "pack "+commit, func(stdin io.Writer) error {
		_, err := io.WriteString(stdin, commit+"\n")
		if without != "" && err == nil {
			_, err = io.WriteString(stdin, "^"+without+"\n")
		}
		return err
	}, "pack-objects", "--quiet", "--revs", "--delta-base-offset", filepath.Join(dir, "pack"))
	return err
}

// Holds tells whether one of the objects is there.
func (w Workbench) Holds(ctx context.Context, objects iter.Seq[string]) (bool, error) {
	out, err := w.run(ctx, "look for objects", func(stdin io.Writer) error { return request(stdin, objects) },
		"cat-file", "--batch-check=%(objecttype)", "--buffer")
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(strings.TrimSpace(line), " missing") {
			return true, err
		}
	}
	return false, err
}

// Paths returns the paths of all files that there are in the history of a commit,
// each once or more often.
func (w Workbench) Paths(ctx context.Context, commit string) ([]string, error) {
	out, err := w.Git.output(ctx, call{
		doing: "list the files of history until " + commit, env: w.environment(), timeout: w.Git.timeout(),
		args: inRepository(w.Format, "log", "--root", "-m", "--no-renames", "--diff-filter=d", "--name-only", "-z", "--format=", commit, "--"),
	})
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00"), err
}
