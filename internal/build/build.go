// Package build renders the books of courses. A build is a script that a course
// says: it runs in the image of the course, in a container of its own, on a copy
// of the published commit, and what it leaves in its result folder is kept and
// served as a book.
//
// Authors are half trusted. The script runs as a user id that owns nothing else,
// with bounds on what it may use and by default without a network; what it left is
// copied by us once all of it has ended, and nothing but plain files is.
//
// On disk, below the root directory, for the build ID of the course C:
//
//	builds/C/ID/HASH/     a complete result; HASH begins with that of the commit
//	builds/C/ID/latest    link to the one that is shown
//	builds/.work/         what is being built
package build

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Courses is what is asked about courses.
type Courses interface {
	Show(context.Context, nbhosting.CourseName) (course.Details, error)
	// Export writes the published commit into an empty directory, and returns its hash.
	Export(ctx context.Context, name nbhosting.CourseName, dir string) (commit string, err error)
}

// Runner runs scripts: a [runtime.Runtime].
type Runner interface {
	Confined() bool
	Run(context.Context, runtime.Spec, io.Writer) (runtime.Exit, error)
}

// Options are what a Builder works with.
type Options struct {
	Root    string // the data directory
	Courses Courses
	Runner  Runner
	// ImageID says which image a name means now: a book is built anew in a new image.
	// Its error wraps [runtime.ErrNoImage] where there is none. Nil: names tell all.
	ImageID func(ctx context.Context, name string) (string, error)
	UID     int             // user and group id of scripts, which owns nothing else; not 0
	Limits  runtime.Limits  // of one script
	Network runtime.Network // that a script can reach; empty: none
	Timeout time.Duration   // of one script; zero is 30 minutes

	KeepResults int   // how many results are kept beside the latest; zero is 2, negative none
	MaxBytes    int64 // of one result; zero is 2 GiB
	MaxFiles    int   // of one result, directories included; zero is 200,000
	MinFree     int64 // bytes that scripts leave free on the disk; zero is 1 GiB

	Logger *slog.Logger
}

const (
	defaultTimeout     = 30 * time.Minute
	defaultKeepResults = 2
	defaultMaxBytes    = 2 << 30
	defaultMaxFiles    = 200_000
	defaultMinFree     = 1 << 30
)

// Builder makes books. Its methods may be called by several goroutines.
type Builder struct {
	Options
	results Results

	mu   sync.Mutex
	busy map[string]bool // builds that run, and their directories
}

// New returns the builder of the site at o.Root.
func New(o Options) *Builder {
	if os.Getuid() != 0 {
		o.UID = os.Getuid() // no other can be had
	}
	o.Network = cmp.Or(o.Network, runtime.NetworkNone)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.KeepResults = max(0, cmp.Or(o.KeepResults, defaultKeepResults))
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultMaxBytes)
	o.MaxFiles = cmp.Or(o.MaxFiles, defaultMaxFiles)
	o.MinFree = cmp.Or(o.MinFree, defaultMinFree)
	return &Builder{Options: o, results: ResultsOf(o.Root), busy: map[string]bool{}}
}

// ResultsOf returns the results of the site at root.
func ResultsOf(root string) Results { return Results{dir: filepath.Join(root, "builds")} }

// take makes what busy, for one at a time.
func (b *Builder) take(what string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy[what] {
		return false
	}
	b.busy[what] = true
	return true
}

func (b *Builder) release(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.busy, what)
}
