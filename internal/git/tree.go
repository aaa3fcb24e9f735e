package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Modes of entries, as git writes them.
const (
	ModeFile       = "100644"
	ModeExecutable = "100755"
	ModeSymlink    = "120000" // the object holds the target
	ModeSubmodule  = "160000" // the object is a commit of another repository
)

// Entry is a file in a tree: regular, executable, symlink or submodule.
type Entry struct {
	Path   string // slash-separated, relative, any bytes but NUL; no part is empty, ".", ".." or ".git"
	Mode   string
	Type   string // "blob", or "commit" for a submodule
	Object string // hash
	Size   int64  // bytes; 0 for a submodule
}

// Tree lists the files of a commit, at all depths, in the order of git.
func (r Runner) Tree(ctx context.Context, dir, commit string) ([]Entry, error) {
	doing := fmt.Sprintf("list files of %.40q in %s", commit, dir)
	if !isHash(commit) {
		return nil, fmt.Errorf("git: %s: %w", doing, ErrNoRevision)
	}
	var entries []Entry
	err := r.run(ctx, call{
		doing:   doing,
		args:    inRepository(dir, "ls-tree", "-r", "-z", "-l", "--full-tree", commit),
		timeout: r.timeout(),
		read: func(stdout io.Reader) (err error) {
			entries, err = readTree(stdout)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

func readTree(stdout io.Reader) ([]Entry, error) {
	var entries []Entry
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString(0)
		if errors.Is(err, io.EOF) && line == "" {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the list of files: %w", err)
		}
		entry, err := parseEntry(strings.TrimSuffix(line, "\x00"))
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
}

// parseEntry reads "MODE TYPE OBJECT SIZE\tPATH", with the size padded.
func parseEntry(line string) (Entry, error) {
	about, path, _ := strings.Cut(line, "\t")
	words := strings.Fields(about)
	if len(words) != 4 {
		return Entry{}, fmt.Errorf("unexpected line %q in the list of files", line)
	}
	entry := Entry{Path: path, Mode: words[0], Type: words[1], Object: words[2]}
	if words[3] != "-" {
		size, err := strconv.ParseInt(words[3], 10, 64)
		if err != nil {
			return Entry{}, fmt.Errorf("unexpected size in the list of files: %w", err)
		}
		entry.Size = size
	}
	return entry, checkPath(path)
}

// checkPath refuses what git itself never makes, but a forged tree may hold.
func checkPath(path string) error {
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return fmt.Errorf("the repository holds a forged file name: %q", path)
		}
	}
	return nil
}

// isHash tells whether s is a full hash, of either of git's kinds.
func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
