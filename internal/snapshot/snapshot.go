// Package snapshot shares notebooks: it makes a static page of one as it stands in
// a student's workspace, and keeps that page where others can read it.
//
// What a student wrote is rendered outside of their server, which need not run, and
// apart from their files: in a container of the course's image that is thrown away
// (or, where servers run in none, in a sandbox), without a network, that sees the
// notebook and nothing else. The pictures that the page shows are put into it afterwards,
// by us, read as the student.
//
// On disk, below the root directory, for the course C:
//
//	snapshots/C/NAME.html         a page; NAME is random, and nobody is told but the student
//	snapshots/C/.students/S.json  what the student S shares, and what each page was made of
//	snapshots/.work/              what is being rendered
package snapshot

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
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// Courses is what is asked about courses.
type Courses interface {
	Course(context.Context, nbhosting.CourseName) (nbhosting.Course, error)
	Revision(nbhosting.CourseName) (*revision.Revision, error)
	// Use keeps a course from being renamed or deleted until done is called.
	Use(nbhosting.CourseName) (done func(), err error)
}

// Workspaces reads what students have.
type Workspaces interface {
	Existing(nbhosting.Key) (workspace.Workspace, error) // else NotFound
	// Peek returns the beginning of a regular file, at most most bytes of it.
	Peek(key nbhosting.Key, file string, most int64) ([]byte, error)
}

// Runner runs the program that renders: a [runtime.Runtime].
type Runner interface {
	Confined() bool
	Run(context.Context, runtime.Spec, io.Writer) (runtime.Exit, error)
}

// Options are what Snapshots work with; those of the first group are required.
type Options struct {
	Root       string // the data directory
	Courses    Courses
	Workspaces Workspaces
	Runner     Runner
	UID        int // user and group id of the program, which owns nothing else; not 0
	Logger     *slog.Logger

	Memory   int64         // bytes that rendering one notebook may use; zero is 1 GiB
	Timeout  time.Duration // for rendering one; zero is a minute
	Parallel int           // how many are rendered at a time; zero is 2
	MaxBytes int64         // of all that a student shares in a course; zero is 200 MiB
}

const (
	defaultMemory   = 1 << 30
	defaultTimeout  = time.Minute
	defaultParallel = 2
	defaultMaxBytes = 200 << 20
)

// Snapshots are those of a site. Their methods may be called by several goroutines.
type Snapshots struct {
	Options
	dir   string
	queue *queue

	mu sync.Mutex // held while it is changed what students share
}

// New returns the snapshots of the site at o.Root.
func New(o Options) *Snapshots {
	if os.Getuid() != 0 {
		o.UID = os.Getuid() // no other can be had
	}
	o.Memory = cmp.Or(o.Memory, defaultMemory)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultMaxBytes)
	s := &Snapshots{Options: o, dir: filepath.Join(o.Root, "snapshots"), queue: newQueue(cmp.Or(o.Parallel, defaultParallel), o.Timeout)}
	if err := os.RemoveAll(s.work()); err != nil { // of a program that was killed
		o.Logger.Warn("what was left of rendering notebooks could not be removed", "err", err)
	}
	return s
}
