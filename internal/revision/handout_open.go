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
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// HandoutPath is the path of a course's handout below the directory of its
// revisions, wherever that is seen.
const HandoutPath = handoutLink

// Handout is what clones of a course's repository are made of, at one moment. It
// is a [workspace.Repository].
type Handout struct {
	handout
	origin Origin
	path   string // directory
	git    git.Runner
	leave  func() error
}

// Origin says how clones reach the handout that they are made of.
type Origin struct {
	URL      string // its path, as whoever works in a clone sees it
	Identity bool   // say who commits: there, git does not know
}

// Handout returns the handout of a course, to be closed after use; Unavailable if
// nothing is published.
func (s *Store) Handout(name nbhosting.CourseName, origin Origin) (*Handout, error) {
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
	h := &Handout{handout: read, origin: origin, path: filepath.Join(dir, shown), git: s.Clones.Git}
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

// Head returns the commit of which a new clone has the files.
func (h *Handout) Head() string { return h.commit }

// isFormer matches the paths of repositories that students have clones of: those
// of the system before, of a course that was renamed, of another kind of servers.
var isFormer = regexp.MustCompile(`^(?:file://)?/(?:.*/)?(?:courses-git/[^/]+|revisions/[^/]+/handout|\.course/handout)(?:/\.git)?/?$`).MatchString

// Was tells whether a URL is one by which clones of before know the handout.
func (h *Handout) Was(url string) bool { return url != h.origin.URL && isFormer(url) }

// uploadPack serves a handout to whoever fetches from it, though it is another user's.
const uploadPack = "git -c safe.directory='*' upload-pack"

// Remote returns the lines of git's configuration that say where the handout is.
func (h *Handout) Remote() []string {
	return []string{"\turl = " + quoted(h.origin.URL), "\tuploadpack = " + quoted(uploadPack)}
}

// quoted writes a value as git's configuration has it.
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// config is the configuration of a clone.
func (h *Handout) config() string {
	lines := slices.Concat(
		[]string{`[remote "origin"]`}, h.Remote(), []string{"\tfetch = +refs/heads/*:" + remotePrefix + "*"},
		[]string{"[branch " + quoted(h.branch) + "]", "\tremote = origin", "\tmerge = " + quoted(branchPrefix+h.branch)},
	)
	if h.origin.Identity {
		lines = append(lines, "[user]", "\tname = student", "\temail = student@localhost")
	}
	return coreConfig(h.commit, false) + strings.Join(lines, "\n") + "\n"
}

// jupyterFiles are patterns of what Jupyter and its exercises write beside the
// student's files, and which is no work of theirs.
const jupyterFiles = ".ipynb_checkpoints/\n/.nbautoeval\n"

const remotePrefix = "refs/remotes/origin/"

// GitFiles calls do with each file of the directory .git of a clone in which
// nothing is checked out yet. A path that ends in a slash is of a directory.
func (h *Handout) GitFiles(do func(path string, content io.Reader) error) error {
	refs := "# pack-refs with: peeled fully-peeled sorted \n" +
		h.commit + " " + branchPrefix + h.branch + "\n" + h.commit + " " + remotePrefix + h.branch + "\n"
	for _, f := range []struct{ path, text string }{
		{"refs/heads/", ""},
		{"refs/tags/", ""},
		{"objects/info/", ""},
		{"HEAD", "ref: " + branchPrefix + h.branch + "\n"},
		{"config", h.config()},
		{"packed-refs", refs},
		{"info/exclude", jupyterFiles},
		{remotePrefix + "HEAD", "ref: " + remotePrefix + h.branch + "\n"},
	} {
		if err := do(f.path, strings.NewReader(f.text)); err != nil {
			return err
		}
	}
	for _, pack := range h.packs {
		if err := h.copyFile(packsDir+"/"+pack, do); err != nil {
			return err
		}
	}
	return h.copyFile(indexFile, do)
}

func (h *Handout) copyFile(file string, do func(string, io.Reader) error) error {
	f, err := os.Open(filepath.Join(h.path, gitDir, file))
	if err != nil {
		return err
	}
	defer f.Close()
	return do(file, f)
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
