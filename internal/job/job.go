// Package job runs long pieces of work, such as pulls and builds, one mechanism
// for all of them: each has a log that any number of viewers can follow while it
// is written and read afterwards, can be cancelled, and is kept with its outcome.
// What the program was doing when it died is told as interrupted at its next start.
//
// Jobs that share a key run one after the other, in the order in which they were asked
// for; the number of jobs of one kind that run at a time is bounded.
package job

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/nbhosting/nbhosting"
)

// Store keeps jobs.
type Store interface {
	SaveJob(context.Context, nbhosting.Job) error
	Jobs(context.Context) ([]nbhosting.Job, error) // oldest first
	DeleteJobs(context.Context, []nbhosting.JobID) error
}

// Work is what a job does. It writes what people want to follow to log, and
// returns soon after ctx has ended.
type Work func(ctx context.Context, log io.Writer) error

// Request asks for a job.
type Request struct {
	Kind    nbhosting.JobKind
	Course  nbhosting.CourseName // empty: of the whole site
	Subject string
	Keys    []string // what it works on: of jobs that share a key, one runs at a time
	Work    Work

	// Merge is for work that is the same whoever asks: one that still waits is
	// returned in place of another.
	Merge bool
	// Quiet is for work that nobody asked for: if it returns ErrNothing, the job is forgotten; if
	// it fails as the one before did, that one is.
	Quiet bool
}

// ErrNothing is returned by work that found nothing to do: the job succeeded.
var ErrNothing = errors.New("nothing to do")

// errCancelled is the cause with which a job's context ends when somebody cancels it.
var errCancelled = errors.New("the job was cancelled")

// errClosed is the cause with which it ends when the program does.
var errClosed = errors.New("the program ends")

// Options are what a Manager works with.
type Options struct {
	Dir      string                    // of the logs; made if it is not there
	Store    Store                     // required
	Parallel map[nbhosting.JobKind]int // how many of a kind may run at a time; one where it says nothing
	Keep     int                       // how many ended jobs of one kind and course are kept; zero is 30
	Ended    func(nbhosting.Job)       // is told each job that has ended, at once and without delay; nil: nobody is
	Logger   *slog.Logger              // required
}

const (
	defaultKeep = 30
	maxLog      = 8 << 20 // bytes of one job's log
)
