package revision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// HandoutPath returns the path of a course's handout below the directory of its
// revisions, wherever that is seen.
const HandoutPath = handoutLink

// Handout is what clones of a course's repository are made of, at one moment.
type Handout struct {
	Commit string

	handout
	path  string // directory
	git   git.Runner
	leave func() error
}

// Handout returns the handout of a course, to be closed after use; Unavailable if
// nothing is published.
func (s *Store) Handout(name nbhosting.CourseName) (*Handout, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.RevisionsDir(name)
	shown, err := os.Readlink(filepath.Join(dir, handoutLink))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nbhosting.Because(err, nbhosting.Unavailable, "The repository of the course %q is not there for students yet. Its teacher has to pull it.", name)
	}
	if err != nil {
		return nil, fmt.Errorf("repository of %s for students: %w", name, err)
	}
	read, err := readHandout(dir, shown)
	if err != nil {
		return nil, fmt.Errorf("repository of %s for students: %w", name, err)
	}
	h := &Handout{Commit: read.commit, handout: read, path: filepath.Join(dir, shown), git: s.Clones.Git}
	s.open[h.path]++
	h.leave = sync.OnceValue(func() error { return s.leaveHandout(dir, h.path) })
	return h, nil
}

// leaveHandout removes a handout that is not shown any more, once nobody has it open.
func (s *Store) leaveHandout(dir, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[path]--; s.open[path] > 0 {
		return nil
	}
	delete(s.open, path)
	shown, err := os.Readlink(filepath.Join(dir, handoutLink))
	if err != nil || shown == filepath.Base(path) {
		return nil // a course that is deleted has none
	}
	return os.RemoveAll(path)
}

// Close lets go of the handout.
func (h *Handout) Close() error { return h.leave() }

// Origin says how a clone reaches the handout that it was made of.
type Origin struct {
	URL      string // its path, as whoever works in the clone sees it
	Identity bool   // say who commits: there, git does not know
}

// uploadPack serves a handout to whoever fetches from it, though it is another user's.
const uploadPack = "git -c safe.directory='*' upload-pack"

// GitFiles calls do with each file of the directory .git of a clone in which
// nothing is checked out yet. A path that ends in a slash is of a directory.
func (h *Handout) GitFiles(origin Origin, do func(path string, content io.Reader) error) error {
	remote := "refs/remotes/origin/"
	config := coreConfig(h.Commit, false) + section("remote", "origin",
		"url", origin.URL, "uploadpack", uploadPack, "fetch", "+refs/heads/*:"+remote+"*") +
		section("branch", h.branch, "remote", "origin", "merge", branchPrefix+h.branch)
	if origin.Identity {
		config += section("user", "", "name", "student", "email", "student@localhost")
	}
	for _, f := range []struct{ path, text string }{
		{"refs/heads/", ""},
		{"refs/tags/", ""},
		{"objects/info/", ""},
		{"HEAD", "ref: " + branchPrefix + h.branch + "\n"},
		{"config", config},
		{"packed-refs", "# pack-refs with: peeled fully-peeled sorted \n" + h.Commit + " " + branchPrefix + h.branch + "\n" + h.Commit + " " + remote + h.branch + "\n"},
		{remote + "HEAD", "ref: " + remote + h.branch + "\n"},
	} {
		if err := do(f.path, strings.NewReader(f.text)); err != nil {
			return err
		}
	}
	for _, file := range append(prefixed(packsDir+"/", h.packs), indexFile) {
		if err := h.copyFile(file, do); err != nil {
			return err
		}
	}
	return nil
}

func prefixed(prefix string, names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = prefix + name
	}
	return all
}

func (h *Handout) copyFile(file string, do func(string, io.Reader) error) error {
	f, err := os.Open(filepath.Join(h.path, gitDir, file))
	if err != nil {
		return err
	}
	defer f.Close()
	return do(file, f)
}

// section is one of a file of git's configuration, with keys and values by turns.
func section(name, of string, pairs ...string) string {
	quote := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
	}
	text := "[" + name
	if of != "" {
		text += " " + quote(of)
	}
	text += "]\n"
	for i := 0; i < len(pairs); i += 2 {
		text += "\t" + pairs[i] + " = " + quote(pairs[i+1]) + "\n"
	}
	return text
}

// Files calls write with each file of a commit of the handout that is wanted: its
// path, its kind and permissions, and its content, or where it leads to if it is a
// link. A commit that is not in the handout (any more) has none.
func (h *Handout) Files(ctx context.Context, commit string, wanted func(path string) bool, write func(path string, mode fs.FileMode, content io.Reader) error) error {
	_, err := h.git.Resolve(ctx, h.path, commit)
	if errors.Is(err, git.ErrNoRevision) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := h.git.Tree(ctx, h.path, commit)
	if err != nil {
		return err
	}
	var files []git.Entry
	for _, e := range entries {
		if wanted(e.Path) {
			files = append(files, e)
		}
	}
	next := 0
	return h.git.Blobs(ctx, h.path, objectsOf(files), func(_ string, content io.Reader) error {
		f := files[next]
		next++
		return write(f.Path, modeOf(f), content)
	})
}

func objectsOf(files []git.Entry) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range files {
			if !yield(f.Object) {
				return
			}
		}
	}
}

func modeOf(e git.Entry) fs.FileMode {
	switch e.Mode {
	case git.ModeSymlink:
		return fs.ModeSymlink | 0o777
	case git.ModeExecutable:
		return 0o755
	}
	return 0o644
}
