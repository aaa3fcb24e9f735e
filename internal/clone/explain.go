package clone

import (
	"errors"
	"io/fs"
	"os"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Explain puts what git met at the repository at url into the words of the teacher
// who owns it; nil if it is about something else.
func Explain(err error, url string) *nbhosting.Error {
	for _, r := range []struct {
		reason error
		kind   nbhosting.Kind
		format string
	}{
		{git.ErrDenied, nbhosting.Denied, "The repository %s asks for a password, or denies access. Make it public, or give an address that includes access."},
		{git.ErrHostKeyChanged, nbhosting.Denied, "The host of %s shows another ssh key than before. Nothing was fetched. The administrator has to look into it."},
		{git.ErrMoved, nbhosting.Invalid, "The repository %s has moved, and a password is not sent along. Give the address it has now; many end in .git."},
		{git.ErrHostKey, nbhosting.Denied, "The ssh key of the host of %s is not known here. The administrator has to accept it once."},
		{git.ErrCertificate, nbhosting.Denied, "The certificate of the host of %s is not trusted here."},
		{git.ErrUnknownHost, nbhosting.NotFound, "The host in %s is unknown: is the address spelt right?"},
		{git.ErrUnreachable, nbhosting.Unavailable, "The host of %s cannot be reached. Try again later."},
		{git.ErrNotFound, nbhosting.NotFound, "There is no repository at %s, or it is private."},
		{git.ErrNotRepository, nbhosting.Invalid, "What is at %s is not a git repository."},
		{git.ErrEmpty, nbhosting.Invalid, "The repository %s is empty: push a first commit."},
		{git.ErrNoRevision, nbhosting.NotFound, "The repository %s has several branches, and says of none that it is its default. Give the course a branch."},
		{git.ErrTimeout, nbhosting.Timeout, "The host of %s took too long. Try again later."},
		{git.ErrNoSpace, nbhosting.Unavailable, "There is no room left on the disk for %s."},
		{git.ErrProgramMissing, nbhosting.Unavailable, "The program git is not installed here, so that %s cannot be read."},
	} {
		if errors.Is(err, r.reason) {
			return nbhosting.Because(err, r.kind, r.format, git.Redact(url))
		}
	}
	return nil
}

// explainFetch puts what git met at the host of a repository into words: about
// keys, where it is about keys.
func (c *Clones) explainFetch(err error, course nbhosting.Course) error {
	failed, _ := errors.AsType[*git.Error](err)
	switch {
	case errors.Is(err, git.ErrHostKeyChanged) && failed != nil:
		return explainHostKey(failed)
	case git.OverSSH(course.GitURL) && (errors.Is(err, git.ErrDenied) || errors.Is(err, git.ErrNotFound)):
		return c.explainDenied(err, course)
	}
	if errors.Is(err, git.ErrNoRevision) && course.Branch != "" {
		return nbhosting.Because(err, nbhosting.NotFound, "There is no branch %q in %s. Push it, or set the course to another branch.", course.Branch, git.Redact(course.GitURL))
	}
	if explained := Explain(err, course.GitURL); explained != nil {
		return explained
	}
	return err
}

func explainHostKey(err *git.Error) error {
	host, key := err.HostKey()
	return nbhosting.Because(err, nbhosting.Denied, "The host %s shows another ssh key than before (fingerprint %s): "+
		"it has a new one, or somebody stands in its place. Nothing was fetched. If this fingerprint is the one that the host publishes, "+
		"the administrator accepts it with: nbhosting git forget-host %s", host, key, host)
}

func (c *Clones) explainDenied(err error, course nbhosting.Course) error {
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
func (c *Clones) keyToTell(name nbhosting.CourseName) (string, error) {
	if _, err := os.Lstat(c.Dir(name)); errors.Is(err, fs.ErrNotExist) {
		return c.DeployKey(name)
	}
	return c.publicKey(name)
}
