package clone

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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

// Keys are the ssh keys of a site: a deploy key for each course that has one, and
// those that git hosts have shown.
type Keys struct {
	root   string // the data directory
	logger *slog.Logger
}

func (k Keys) keysDir() string { return filepath.Join(k.root, "keys") }

// keyDir holds the deploy key of a course: a rename moves it, a deletion removes it.
func (k Keys) keyDir(name nbhosting.CourseName) string {
	return filepath.Join(k.keysDir(), string(name))
}

func (k Keys) keyPath(name nbhosting.CourseName) string {
	return filepath.Join(k.keyDir(name), keyFile)
}

// DeployKey returns the public half of the key with which the repository of a
// course is read over ssh, as git hosts take it. It is made if it is not there,
// also for a course that is not there yet: the git host has to know it first.
func (k Keys) DeployKey(name nbhosting.CourseName) (public string, err error) {
	if public, err := k.publicKey(name); public != "" || err != nil {
		return public, err
	}
	// A key that somebody else makes in this moment stays: it may have been told already.
	if err := k.writeKey(name, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return k.publicKey(name)
}

// RenewDeployKey replaces the key of a course and returns the public half of
// the new one. The old one is gone: until the git host knows the new one, a
// private repository cannot be pulled.
func (k Keys) RenewDeployKey(name nbhosting.CourseName) (public string, err error) {
	if err := k.writeKey(name, os.Rename); err != nil {
		return "", err
	}
	return k.publicKey(name)
}

// publicKey returns the public half of a course's key, or "" if it has none.
func (k Keys) publicKey(name nbhosting.CourseName) (string, error) {
	text, err := os.ReadFile(k.keyPath(name))
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

// ShownKey is the public key for those who look at a course, who are not kept
// from looking by a key that cannot be read. It is empty if there is none.
func (k Keys) ShownKey(name nbhosting.CourseName) string {
	public, err := k.publicKey(name)
	if err != nil {
		k.logger.Error("a deploy key is of no use", "course", name, "err", err)
	}
	return public
}

// writeKey makes a key in a file of its own, whole and readable by us alone,
// and puts it in its place.
func (k Keys) writeKey(name nbhosting.CourseName, place func(from, to string) error) error {
	text, err := newKey(keyComment(name))
	if err != nil {
		return fmt.Errorf("make a deploy key for %s: %w", name, err)
	}
	if err := makePrivate(k.keysDir(), k.keyDir(name)); err != nil {
		return fmt.Errorf("make a place for the deploy key of %s: %w", name, err)
	}
	file, err := os.CreateTemp(k.keyDir(name), ".new-") // mode 0600
	if err != nil {
		return fmt.Errorf("write the deploy key of %s: %w", name, err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = place(file.Name(), k.keyPath(name))
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

// ForgetHost forgets the ssh key of a host, so that the one it shows next is
// accepted: NotFound if none is known. The host may be NAME, [NAME]:PORT or a URL.
func (k Keys) ForgetHost(host string) error {
	found, err := git.ForgetHost(filepath.Join(k.keysDir(), knownHostsFile), host)
	switch {
	case errors.Is(err, git.ErrURL):
		return nbhosting.Because(err, nbhosting.Invalid, "%q is not the name of a host: write NAME, or [NAME]:PORT.", host)
	case err != nil:
		return err
	case !found:
		return nbhosting.Errorf(nbhosting.NotFound, "No ssh key of the host %q was accepted here. "+
			"If it is refused, it is in a list of known hosts of this machine's own ssh.", host)
	}
	k.logger.Info("ssh key of a host forgotten", "host", host)
	return nil
}
