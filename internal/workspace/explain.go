package workspace

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/nbhosting/nbhosting"
)

// inTheWay is the error for a workspace in which something has a notebook's name.
func inTheWay(cause error, file string, what nbhosting.Word) error {
	return nbhosting.Because(cause, nbhosting.Conflict,
		"In your workspace, %q %s. Rename or remove it, then open the notebook again.", file, what)
}

// explain puts into words what the student can mend: a full disk, and what they
// themselves have put in the way of file. Other errors stay as they are.
func explain(err error, file string) error {
	if _, explained := errors.AsType[*nbhosting.Error](err); explained {
		return err
	}
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, full) {
			return nbhosting.Because(err, nbhosting.Unavailable,
				"There is no room left on the disk for your files. Tell your teacher, or try again later; nothing of yours was changed.")
		}
	}
	for _, ours := range []error{syscall.EIO, syscall.EROFS, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, ours) {
			return err
		}
	}
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	if path || link {
		return inTheWay(err, file, "cannot be reached: a link, a file, or a folder that you may not write to is in the way")
	}
	return err
}

// isAbsent tells whether err says that there is nothing of a name, rather than
// something that is in the way.
func isAbsent(err error) bool {
	_, explained := errors.AsType[*nbhosting.Error](err)
	return !explained && errors.Is(err, fs.ErrNotExist)
}
