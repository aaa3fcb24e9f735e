package course

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

const (
	keyFile = "id_ed25519"
	// A course's name cannot begin with a dot.
	knownHostsFile = ".known_hosts"
)

func (c *Catalog) keysDir() string { return filepath.Join(c.Root, "keys") }

// keyDir holds the deploy key of a course: a rename moves it, a deletion removes it.
func (c *Catalog) keyDir(name nbhosting.CourseName) string {
	return filepath.Join(c.keysDir(), string(name))
}

func (c *Catalog) keyPath(name nbhosting.CourseName) string {
	return filepath.Join(c.keyDir(name), keyFile)
}

// DeployKey returns the public half of the key with which the repository of a
// course is read over ssh, as git hosts take it. It is made if it is not there,
// also for a course that is not there yet: the git host has to know it first.
func (c *Catalog) DeployKey(name nbhosting.CourseName) (public string, err error) {
	if public, err := c.publicKey(name); public != "" || err != nil {
		return public, err
	}
	// A key that somebody else makes in this moment stays: it may have been told already.
	if err := c.writeKey(name, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return c.publicKey(name)
}

// RenewDeployKey replaces the key of a course and returns the public half of
// the new one. The old one is gone: until the git host knows the new one, a
// private repository cannot be pulled.
func (c *Catalog) RenewDeployKey(name nbhosting.CourseName) (public string, err error) {
	if err := c.writeKey(name, os.Rename); err != nil {
		return "", err
	}
	return c.publicKey(name)
}

// publicKey returns the public half of a course's key, or "" if it has none.
func (c *Catalog) publicKey(name nbhosting.CourseName) (string, error) {
	text, err := os.ReadFile(c.keyPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the deploy key of %s: %w", name, err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return "", fmt.Errorf("read the deploy key of %s: %w", name, err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + " " + keyComment(name), nil
}

func keyComment(name nbhosting.CourseName) string { return "nbhosting " + string(name) }

// shownKey is the public key for those who look at a course, who are not kept
// from looking by a key that cannot be read.
func (c *Catalog) shownKey(name nbhosting.CourseName) string {
	public, err := c.publicKey(name)
	if err != nil {
		c.Logger.Error("a deploy key is of no use", "course", name, "err", err)
	}
	return public
}

// writeKey makes a key in a file of its own, whole and readable by us alone,
// and puts it in its place.
func (c *Catalog) writeKey(name nbhosting.CourseName, place func(from, to string) error) error {
	text, err := newKey(keyComment(name))
	if err != nil {
		return fmt.Errorf("make a deploy key for %s: %w", name, err)
	}
	if err := makePrivate(c.keysDir(), c.keyDir(name)); err != nil {
		return fmt.Errorf("make a place for the deploy key of %s: %w", name, err)
	}
	file, err := os.CreateTemp(c.keyDir(name), tempPrefix) // mode 0600
	if err != nil {
		return fmt.Errorf("write the deploy key of %s: %w", name, err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = place(file.Name(), c.keyPath(name))
	}
	if err != nil {
		return fmt.Errorf("write the deploy key of %s: %w", name, err)
	}
	return nil
}

func newKey(comment string) ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// makePrivate makes directories that only we may enter, and makes them so if they are there.
func makePrivate(dirs ...string) error {
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
	}
	return nil
}

// gitFor returns a runner of git that shows the deploy key of a course to the
// host of its repository. A course without one is read with the keys of the
// user that this program runs as, as sites have always done.
func (c *Catalog) gitFor(name nbhosting.CourseName) (git.Runner, error) {
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

// explainFetch puts what git met at the host of a repository into words: about
// keys, where it is about keys.
func (c *Catalog) explainFetch(err error, course nbhosting.Course) error {
	failed, _ := errors.AsType[*git.Error](err)
	switch {
	case errors.Is(err, git.ErrHostKeyChanged) && failed != nil:
		return explainHostKey(failed)
	case git.OverSSH(course.GitURL) && (errors.Is(err, git.ErrDenied) || errors.Is(err, git.ErrNotFound)):
		return c.explainDenied(err, course)
	}
	return explainGit(err, course)
}

func explainHostKey(err *git.Error) error {
	host, key := err.HostKey()
	return nbhosting.Because(err, nbhosting.Denied, "The host %s shows another ssh key than before (fingerprint %s): "+
		"it has a new one, or somebody stands in its place. Nothing was fetched. If this fingerprint is the one that the host publishes, "+
		"the administrator accepts it with: nbhosting git forget-host %s", host, key, host)
}

func (c *Catalog) explainDenied(err error, course nbhosting.Course) error {
	public, keyErr := c.keyToTell(course.Name)
	switch {
	case keyErr != nil:
		return errors.Join(err, keyErr)
	case public == "":
		return nbhosting.Because(err, nbhosting.Denied, "The repository %s denies access to the keys of this machine, or is not there. "+
			"Give the course a deploy key, add it to those of the repository, and try again.", git.Redact(course.GitURL))
	}
	return nbhosting.Because(err, nbhosting.Denied, "The repository %s denies access, or is not there. "+
		"Add this key, read-only, to the deploy keys of the repository, and try again:\n%s", git.Redact(course.GitURL), public)
}

// keyToTell returns the key that a host has to let in. One is made for a course
// that has never been cloned: one that has been, without a key of its own,
// is read with the keys of this machine, and goes on so when they are let in again.
func (c *Catalog) keyToTell(name nbhosting.CourseName) (string, error) {
	if _, err := os.Lstat(c.gitDir(name)); errors.Is(err, fs.ErrNotExist) {
		return c.DeployKey(name)
	}
	return c.publicKey(name)
}

// ForgetHost forgets the ssh key of a host, so that the one it shows next is
// accepted: NotFound if none is known. The host may be NAME, [NAME]:PORT or a URL.
func (c *Catalog) ForgetHost(host string) error {
	found, err := git.ForgetHost(filepath.Join(c.keysDir(), knownHostsFile), host)
	switch {
	case errors.Is(err, git.ErrURL):
		return nbhosting.Because(err, nbhosting.Invalid, "%q is not the name of a host: write NAME, or [NAME]:PORT.", host)
	case err != nil:
		return err
	case !found:
		return nbhosting.Errorf(nbhosting.NotFound, "No ssh key of the host %q was accepted here. "+
			"If it is refused, it is in a list of known hosts of this machine's own ssh.", host)
	}
	c.Logger.Info("ssh key of a host forgotten", "host", host)
	return nil
}
