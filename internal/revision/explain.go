package revision

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/clone"
	"github.com/nbhosting/nbhosting/internal/git"
)

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
	if explained := clone.Explain(err, url); explained != nil {
		return explained.Message
	}
	return "git cannot read it. Is " + modulesFile + " as git writes it, and the repository whole?"
}

// Explain puts into words what kept a course from being published, where it can
// be mended without reading the log.
func Explain(err error, name nbhosting.CourseName) error {
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
