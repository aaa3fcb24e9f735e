package course

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// explainGit puts what git met into the words of the teacher who owns the repository.
func explainGit(err error, course nbhosting.Course) error {
	if explained := explainRemote(err, course.GitURL); explained != nil {
		return explained
	}
	return explainPublish(err, course.Name)
}

// explainRemote explains what can be wrong with the repository at url, or returns nil.
func explainRemote(err error, url string) *nbhosting.Error {
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
		{git.ErrNoRevision, nbhosting.NotFound, "The branch of the course is not in %s any more, or no branch of it is its default."},
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

// submoduleReason says why a commit of the repository at url cannot be had, and
// what to do.
func submoduleReason(err error, url, commit string) string {
	shown := git.Redact(url)
	switch {
	case errors.Is(err, errTooMany):
		return "the course has too many submodules, or one in another too many times. Remove some."
	case errors.Is(err, git.ErrURL):
		_, what, _ := strings.Cut(err.Error(), ": ")
		return "the address “" + shown + "” in " + modulesFile + " cannot be used: " + what + ". Mend it, and commit."
	case errors.Is(err, git.ErrNoRevision), errors.Is(err, git.ErrEmpty):
		return "the repository " + shown + " does not have the commit " + commit[:12] + " (any more). Push it there, or commit another one to the course."
	}
	if explained := explainRemote(err, url); explained != nil {
		return explained.Message
	}
	return "git cannot read it. Is " + modulesFile + " as git writes it, and the repository whole?"
}

// explainPublish puts into words what can be mended without reading the log.
func explainPublish(err error, name nbhosting.CourseName) error {
	if _, explained := errors.AsType[*nbhosting.Error](err); explained {
		return err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, git.ErrNoSpace):
		return nbhosting.Because(err, nbhosting.Unavailable, "There is no room left on the disk to publish %s. What was published before stays.", name)
	case errors.Is(err, fs.ErrExist):
		return nbhosting.Because(err, nbhosting.Invalid, "The repository of %s holds two files of the same name.", name)
	case errors.Is(err, context.Canceled):
		return nbhosting.Because(err, nbhosting.Unavailable, "The pull was interrupted. What was published before stays.")
	}
	return err
}
