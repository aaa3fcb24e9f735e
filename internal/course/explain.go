package course

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/nbhosting/nbhosting"
)

// explainMove puts into words what kept the directories of a course from being moved.
func explainMove(err error, name nbhosting.CourseName) error {
	switch {
	case errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.EBUSY):
		return nbhosting.Because(err, nbhosting.Conflict, "What there is of the course %q lies on several file systems, or one is mounted in it: it cannot be moved. "+
			"Nothing was changed. The log says where; bring all on one file system first.", name)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nbhosting.Because(err, nbhosting.Unavailable, "There is no room left on the disk to move the course %q. Nothing was changed.", name)
	case errors.Is(err, fs.ErrExist):
		return nbhosting.Because(err, nbhosting.Conflict, "Something is in the way of the course %q. Nothing was changed; the log says what.", name)
	}
	return err
}
