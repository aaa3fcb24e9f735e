package snapshot

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed" // for the program
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

//go:embed render.py
var renderProgram []byte

// source is a notebook that is to be rendered.
type source struct {
	text   []byte
	format string // the ending of its name
	title  string // of the page
}

// Files of the directory that the program sees.
const (
	programFile  = "render.py"
	notebookFile = "notebook"
	requestFile  = "request.json"
)

// confinedDir is where a confined program sees that directory.
const confinedDir = "/run/nbhosting-share"

// maxPage bounds what a notebook is rendered to, in bytes, before pictures are put into it.
const maxPage = 32 << 20

// bounds of the program besides memory and time.
const (
	maxProcesses = 64
	maxOpenFiles = 1024
)

// How rendering is ended by us.
var (
	errTooLong  = errors.New("rendering takes longer than it may")
	errTooLarge = errors.New("the page is larger than it may be")
)

// render returns the page of a notebook, without the pictures that are files of their own.
func (s *Snapshots) render(ctx context.Context, course nbhosting.Course, from source) ([]byte, error) {
	dir, remove, err := s.makeScratch(from)
	if err != nil {
		return nil, err
	}
	defer remove()
	running, cancel := context.WithTimeoutCause(ctx, s.Timeout, errTooLong)
	defer cancel()
	printed := &capture{most: maxPage}
	exit, err := s.Runner.Run(running, s.spec(course, dir), printed)
	if err != nil {
		return nil, s.explainRun(ctx, course, err)
	}
	return s.read(printed.kept.Bytes(), exit)
}

// request is what the program is told.
type request struct {
	Notebook string `json:"notebook"`
	Format   string `json:"format"`
	Title    string `json:"title"`
	Memory   int64  `json:"memory"`
	CPU      int64  `json:"cpu"` // seconds
	Math     string `json:"math"`
	Require  string `json:"require"`
}

// makeScratch makes the directory that is all the program sees. remove removes it.
func (s *Snapshots) makeScratch(from source) (dir string, remove func(), err error) {
	dir = filepath.Join(s.work(), strings.ToLower(rand.Text()))
	remove = func() {
		if err := os.RemoveAll(dir); err != nil {
			s.Logger.Warn("the scratch directory of a notebook that was rendered could not be removed", "err", err)
		}
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	told, err := json.Marshal(request{
		Notebook: filepath.Join(s.seen(dir), notebookFile), Format: from.format, Title: from.title,
		Memory: s.Memory, CPU: int64(s.Timeout/time.Second) + 1, Math: libraryPath("mathjax.js"), Require: libraryPath("require.js"),
	})
	if err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	for name, text := range map[string][]byte{programFile: renderProgram, notebookFile: from.text, requestFile: told} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o444); err != nil {
			return "", nil, err
		}
	}
	if os.Getuid() == 0 {
		err = os.Chown(dir, s.UID, s.UID)
	}
	return dir, remove, err
}

// work is where things are rendered. No course has a name that begins with a dot.
func (s *Snapshots) work() string { return filepath.Join(s.dir, ".work") }

// seen is where the program sees a directory.
func (s *Snapshots) seen(dir string) string {
	if s.Runner.Confined() {
		return confinedDir
	}
	return dir
}

func (s *Snapshots) spec(course nbhosting.Course, dir string) runtime.Spec {
	seen := s.seen(dir)
	return runtime.Spec{
		Name:    "nbh-share",
		Labels:  map[string]string{"nbhosting.share": string(course.Name)},
		Image:   course.Image,
		UID:     s.UID,
		GID:     s.UID,
		Mounts:  []runtime.Mount{{Source: dir, Target: confinedDir, ReadOnly: true}},
		Env:     []string{"HOME=/tmp", "USER=jovyan", "LANG=C.UTF-8", "TERM=dumb"},
		Command: []string{"python3", "-I", "-B", filepath.Join(seen, programFile), filepath.Join(seen, requestFile)},
		WorkDir: "/tmp", // empty: nbconvert looks for templates there
		Limits:  runtime.Limits{MemoryBytes: s.Memory, CPUs: 1, PIDs: maxProcesses, OpenFiles: maxOpenFiles},
		Network: runtime.NetworkNone, ReadOnlyRoot: true,
	}
}

// answer is the first line of what the program prints.
type answer struct {
	Answer string `json:"answer"`
	Detail string `json:"detail"`
	Trace  string `json:"trace"`
}

// read takes what the program printed apart.
func (s *Snapshots) read(printed []byte, exit runtime.Exit) ([]byte, error) {
	line, page, _ := bytes.Cut(printed, []byte("\n"))
	var a answer
	if err := json.Unmarshal(line, &a); err != nil || a.Answer == "" || exit.Code != 0 {
		return nil, s.explainExit(exit, printed)
	}
	if a.Answer == "page" {
		return page, nil
	}
	return nil, s.explainAnswer(a)
}

// capture keeps what is written to it, up to a bound, beyond which it fails.
type capture struct {
	kept bytes.Buffer
	most int
}

func (c *capture) Write(p []byte) (int, error) {
	if c.kept.Len()+len(p) > c.most {
		return 0, fmt.Errorf("%w: %d bytes", errTooLarge, c.most)
	}
	return c.kept.Write(p)
}
