package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// scriptFailed says how a script ended that did not succeed.
func (b *Builder) scriptFailed(exit runtime.Exit) error {
	switch {
	case exit.OOMKilled && b.Limits.MemoryBytes > 0:
		return nbhosting.Errorf(nbhosting.Invalid, "The script of the build ran out of memory: it may use %s. Let it use less, or ask the administrator for more.", size(b.Limits.MemoryBytes))
	case exit.OOMKilled:
		return nbhosting.Errorf(nbhosting.Invalid, "The script of the build ran out of memory.")
	}
	return nbhosting.Errorf(nbhosting.Invalid, "The script of the build failed with exit code %d; its last lines are in the log.", exit.Code)
}

func imageFailed(err error, t task) error {
	if errors.Is(err, runtime.ErrNoImage) {
		return nbhosting.Because(err, nbhosting.NotFound, "The image %q, in which the course %q runs, is not on this machine. Build it first.", t.image, t.course)
	}
	return err
}

// explain puts into words what can be mended without reading our log.
func (b *Builder) explain(ctx context.Context, r Request, err error) error {
	if _, ok := errors.AsType[*nbhosting.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, errMoved):
		return nbhosting.Because(err, nbhosting.Conflict, "The course %q is being pulled again and again. Start the build once that has ended.", r.Course)
	case errors.Is(err, errTooLong):
		return nbhosting.Because(err, nbhosting.Timeout, "The script of the build %q ran longer than %s, and was ended. The log shows how far it came.", r.ID, b.Timeout)
	case errors.Is(err, errDiskFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nbhosting.Because(err, nbhosting.Unavailable, "There is no room left on the disk for the build %q of %q. What was shown before stays.", r.ID, r.Course)
	case ctx.Err() != nil:
		return nbhosting.Because(err, nbhosting.Unavailable, "The build %q of %q was interrupted. What was shown before stays.", r.ID, r.Course)
	case errors.Is(err, runtime.ErrUnavailable):
		return nbhosting.Because(err, nbhosting.Unavailable, "What runs builds here does not answer at the moment. Try again later.")
	}
	return err
}

const maxNamed = 10

// enumerate joins names, some of them where they are many.
func enumerate(names []string) string {
	if len(names) > maxNamed {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
	}
	return strings.Join(names, ", ")
}

const topOfCourse = "the top of the repository"

// near says what there is where a path is not: the content of the closest
// directory above it, of which the highest is called top.
func near(root *os.Root, missing, top string) string {
	for dir := path.Dir(path.Clean(missing)); ; dir = path.Dir(dir) {
		names, err := list(root, dir)
		if err != nil && dir != "." {
			continue
		}
		where := fmt.Sprintf("%q", dir)
		if dir == "." {
			where = top
		}
		if len(names) == 0 {
			return where + " is empty"
		}
		return where + " has " + enumerate(names)
	}
}

// list returns the names in a directory, sorted, those of directories with a slash.
func list(root *os.Root, dir string) ([]string, error) {
	d, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(1000)
	var names []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	if len(names) > 0 {
		err = nil
	}
	return names, err
}

// size writes a number of bytes as people do.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.3g GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.3g MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.3g KiB", float64(bytes)/(1<<10))
}
