// Package runtime says what it takes to run servers: the one interface that
// every driver implements (docker, process, fake) and the words they share.
// A driver knows nothing about courses, students or Jupyter: it starts a program
// that listens on a unix socket, finds it again, and ends it.
//
// The contract is written in the comments below and checked by the suite in
// package runtimetest, which every driver runs.
package runtime

import (
	"context"
	"errors"
	"io"
	"time"
)

// Runtime runs programs, called instances, that outlive this process.
//
// All methods may be called by several goroutines at once. Instances are named
// by the caller; a driver only ever sees those that were started by the same
// site (see the driver's options), whatever else its engine runs.
type Runtime interface {
	// Confined tells how a started program sees files: true, at the Target of
	// each Mount; false, at its Source, as everybody else on this host.
	Confined() bool

	// Ping returns nil when instances can be started now, else ErrUnavailable with a cause.
	Ping(ctx context.Context) error

	// Start runs the program and returns once it runs, not when it is ready. It is
	// idempotent by name: of two calls at once, both return the same instance; when
	// one runs already, it is returned as it is, whatever the spec says. An instance
	// of that name that has ended is replaced. A Start that fails leaves nothing behind.
	// A program that is not there is an error, or an instance that ended with 126 or 127.
	// Errors: ErrUnavailable, ErrNoImage, ErrNameTaken.
	Start(ctx context.Context, spec Spec) (Instance, error)

	// Inspect returns the instance as it is now, running or ended, else ErrNotFound.
	Inspect(ctx context.Context, name string) (Instance, error)

	// List returns all instances of this site, running or ended, in no order; what
	// Run runs is not among them, what a Run left when this program died is.
	List(ctx context.Context) ([]Instance, error)

	// Stop asks the instance's main process to end (SIGTERM), and ends all that
	// is left of it after the grace (SIGKILL). The ended instance stays to be
	// inspected. The absent and the ended are no error.
	Stop(ctx context.Context, name string, grace time.Duration) error

	// Remove ends the instance at once if it still runs and forgets it, with its
	// output. The absent is no error.
	Remove(ctx context.Context, name string) error

	// Output returns the last lines that the program printed, at most lines of
	// them and 64 KiB, else ErrNotFound.
	Output(ctx context.Context, name string, lines int) (string, error)

	// Usage returns what the instance uses now, else ErrNotFound if it does not run.
	Usage(ctx context.Context, name string) (Usage, error)

	// ImageID returns the id of the image that a Start with that Spec.Image would use
	// now, to compare with [Usage]'s; "" where Confined is false. Errors: ErrNoImage.
	ImageID(ctx context.Context, image string) (string, error)

	// Run runs a program to its end and returns how it ended, which is no error
	// whatever the exit code. What it prints, on both its outputs, is copied to out as it
	// comes; the order is kept within each. Nothing is left of it, nor anything copied,
	// once Run has returned. It is ended at once when ctx is, with ctx's cause as the error,
	// and when out cannot be written to. No other method knows it by its name: a name
	// may be run several times at once, and be an instance's as well. Its user and group are
	// never root's; its Dir may be empty.
	// A program that is not there is an error, or an exit with 126 or 127.
	// Errors: ErrUnavailable, ErrNoImage.
	Run(ctx context.Context, spec Spec, out io.Writer) (Exit, error)
}

// Exit is how a program ended.
type Exit struct {
	Code      int
	OOMKilled bool // for lack of memory, where the driver can tell
}

// Errors that drivers wrap. Anything else is a driver's own trouble.
var (
	ErrNotFound    = errors.New("no such instance")
	ErrNoImage     = errors.New("no such image")
	ErrUnavailable = errors.New("runtime does not answer")
	ErrNameTaken   = errors.New("name is taken by something that is not ours")
)

// SocketName is the file name, in Spec.Dir, of the unix socket that a program listens on.
const SocketName = "jupyter.sock"

// Spec says what to run. Paths are absolute.
type Spec struct {
	Name   string            // unique in the site; letters, digits and "_.-"
	Labels map[string]string // given back by Inspect and List; keys are the caller's
	Image  string            // ignored where Confined is false
	UID    int               // user and group id of the program
	GID    int
	Dir    string // the instance's own directory on this host, owned by UID; its socket appears here
	Mounts []Mount
	// Env is the environment of the program, as NAME=value, beside what the image sets where Confined is
	// true. Nothing of ours is added, but for PATH unless it is given, and names that begin with NBHOSTING_.
	Env     []string
	Command []string // argument vector; a bare program name is looked up in the driver's PATH
	WorkDir string
	Limits  Limits
	Network Network
	// ReadOnlyRoot keeps the program from writing anywhere but to its mounts, to the volumes of its image, and
	// to /tmp, which is then in memory, empty, and counts as the program's. Ignored where Confined is false.
	ReadOnlyRoot bool
}

// Mount shows a directory of this host to the program.
type Mount struct {
	Source   string // on this host; must exist
	Target   string // as the program sees it, where Confined is true
	ReadOnly bool
}

// Limits bound what an instance may use; zero is no bound. A driver that cannot
// enforce one says so in its documentation.
type Limits struct {
	MemoryBytes int64
	CPUs        float64 // 1.5 is one and a half cores
	PIDs        int64   // processes and threads
	OpenFiles   int64
}

// Network is what an instance can reach.
type Network string

const (
	NetworkBridge Network = "bridge" // the outside, but no other instance
	NetworkNone   Network = "none"   // itself
)

// State is what an instance does.
type State int

const (
	Running State = iota
	Ended         // exited, killed, or never got to run
	Paused
)

// String returns the word for s.
func (s State) String() string {
	switch s {
	case Running:
		return "running"
	case Ended:
		return "ended"
	case Paused:
		return "paused"
	}
	return "unknown"
}

// Instance is what a runtime runs or ran.
type Instance struct {
	Name      string
	Labels    map[string]string
	State     State
	StartedAt time.Time
	ExitCode  int  // where State is Ended; -1 if not known
	OOMKilled bool // where State is Ended
	Endpoint  Endpoint
}

// Endpoint is where an instance listens.
type Endpoint struct {
	Network string // "unix"
	Address string // path of the socket on this host
	UID     int    // user id that the socket must belong to
}
