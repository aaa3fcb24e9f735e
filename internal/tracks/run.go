package tracks

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/sandbox"
	"github.com/nbhosting/nbhosting/internal/settings"
)

//go:embed shim.py
var shim string

// What a tracks.py may use.
const (
	computing = 10 * time.Second
	patience  = 2 * time.Minute // computing or not: a host may have much else to do
	memory    = 512 << 20
	maxAnswer = 32 << 20 // bytes
	maxText   = 1 << 20  // bytes of tracks.py
)

// Runner runs the tracks.py of courses. Its methods may be called by several goroutines.
type Runner struct {
	// BinDir is where python3 is; if it is empty, the first one in PATH that works is taken.
	BinDir string
	Logger *slog.Logger

	mu     sync.Mutex
	python python // that was found
}

// Run runs a tracks.py that sees the notebooks in a directory of this host. It
// fails only where ctx ends. If this host is not able to run anything, the answer
// holds a warning for the author, and the cause is logged for the administrator.
func (r *Runner) Run(ctx context.Context, notebooksDir string, p settings.TracksProgram) (settings.TracksAnswer, error) {
	if len(p.Text) >= maxText {
		return failed(p, 0, "This file is too large: %d bytes and more. It is not run.", maxText), nil
	}
	python, err := r.find(ctx)
	if err == nil {
		var text []byte
		if text, err = run(ctx, python, notebooksDir, p); err == nil {
			return read(p, text), nil
		}
	}
	if ctx.Err() != nil {
		return settings.TracksAnswer{}, fmt.Errorf("run %s: %w", p.File, ctx.Err())
	}
	if fault, is := errors.AsType[*programError](err); is {
		return failed(p, 0, "%s", fault.message), nil
	}
	r.Logger.Warn("tracks.py cannot be run on this host", "course", p.Course, "error", err)
	return siteFault(p, err), nil
}

// find returns the Python to use, as it was found before if it is still there.
func (r *Runner) find(ctx context.Context) (python, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.python.stillThere() {
		return r.python, nil
	}
	dirs := []string{r.BinDir}
	if r.BinDir == "" {
		dirs = filepath.SplitList(os.Getenv("PATH"))
	}
	found, err := findPython(ctx, dirs)
	if err != nil {
		return python{}, err
	}
	r.python = found
	return found, nil
}

// request is what the shim is told.
type request struct {
	Course     nbhosting.CourseName `json:"course"`
	File       string               `json:"file"`
	Text       []byte               `json:"text"`
	Extensions []string             `json:"extensions"`
	Listed     []string             `json:"listed"`
	Generic    settings.Track       `json:"generic"`
}

// run returns what the shim writes.
func run(ctx context.Context, p python, notebooksDir string, program settings.TracksProgram) ([]byte, error) {
	in, err := json.Marshal(request{
		Course: program.Course, File: program.File, Text: []byte(program.Text),
		Extensions: nbhosting.NotebookExtensions, Listed: program.Listed, Generic: settings.GenericTrack(),
	})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, said := &sandbox.Capture{Max: maxAnswer}, &sandbox.Capture{Max: 64 << 10}
	err = sandbox.Run(limited, sandbox.Spec{
		Command: []string{p.Program, "-I", "-S", "-B", "-X", "utf8", "-c", shim},
		Env:     []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/tmp"},
		WorkDir: "/tmp",
		Mounts:  append(p.mounts(), sandbox.Mount{Source: notebooksDir, Target: "/courses/" + string(program.Course), ReadOnly: true}),
		Stdin:   bytes.NewReader(in), Stdout: out, Stderr: said,
		Limits: sandbox.Limits{
			MemoryBytes: memory, CPUTime: computing, Processes: 16, FileBytes: 8 << 20, OpenFiles: 128, ScratchBytes: 16 << 20,
		},
	})
	if exit, is := errors.AsType[*sandbox.ExitError](err); is {
		return nil, explainExit(exit, said.Bytes())
	}
	if err == nil && out.Over() {
		err = &programError{"The tracks of this file are too many to be kept. Let it list fewer notebooks."}
	}
	return out.Bytes(), err
}

// programError is a failure of tracks.py, in a sentence for its author.
type programError struct{ message string }

func (e *programError) Error() string { return e.message }

// explainExit says why there is no answer.
func explainExit(exit *sandbox.ExitError, said []byte) error {
	switch {
	case errors.Is(exit, sandbox.ErrCPUTime):
		return &programError{fmt.Sprintf("This file took longer than %d s of computing, and was ended. Let it do less.", computing/time.Second)}
	case errors.Is(exit, context.DeadlineExceeded):
		return &programError{fmt.Sprintf("This file took longer than %d s, and was ended. It must not wait for anything.", patience/time.Second)}
	case exit.Cause != nil: // our own end
		return exit
	case exit.Signal == syscall.SIGKILL, bytes.Contains(said, []byte("MemoryError")):
		return &programError{tooMuchMemory}
	}
	return &programError{"This file ended Python before “tracks” returned. Remove what makes it end, such as os._exit."}
}
