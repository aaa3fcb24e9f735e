// Package clone keeps the clones of courses' repositories: each is brought up to
// date over the network, with a deploy key of the course, and what goes wrong
// there is said in the words of the teacher who owns the repository.
//
// On disk, below the root directory, for a course C:
//
//	courses-git/C                    the clone; nothing is checked out in it
//	courses-git/C/.git/submodules/   clones of its submodules, by address
//	keys/C/id_ed25519                the deploy key; its public half is computed
//	keys/.known_hosts                ssh keys of git hosts
package clone

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Options are what clones are kept with.
type Options struct {
	Root   string // the data directory
	Git    git.Runner
	Logger *slog.Logger
}

// Clones are those of all courses. Of one course, one thing is done at a time:
// its callers see to that, but for what is done to keys.
type Clones struct {
	Options
	Keys
}

// New returns the clones of the site at o.Root.
func New(o Options) *Clones { return &Clones{Options: o, Keys: Keys{o.Root, o.Logger}} }

// Dir returns the directory of a course's clone, whether it is there or not.
func (c *Clones) Dir(name nbhosting.CourseName) string {
	return filepath.Join(c.Root, "courses-git", string(name))
}

// Remove removes the clone of a course, with those of its submodules. The deploy key stays.
func (c *Clones) Remove(name nbhosting.CourseName) error { return os.RemoveAll(c.Dir(name)) }

// gitFor returns a runner of git that shows the deploy key of a course to the
// host of its repository. A course without one is read with the keys of the
// user that this program runs as, as sites have always done.
func (c *Clones) gitFor(name nbhosting.CourseName) (git.Runner, error) {
	r := c.Git
	if err := errors.Join(os.MkdirAll(c.Root, 0o755), makePrivate(c.keysDir())); err != nil {
		return r, fmt.Errorf("make a place for the known hosts: %w", err)
	}
	r.SSH.KnownHosts = filepath.Join(c.keysDir(), knownHostsFile)
	if _, err := os.Stat(c.keyPath(name)); err == nil {
		r.SSH.IdentityFile = c.keyPath(name)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("look for the deploy key of %s: %w", name, err)
	}
	return r, nil
}
