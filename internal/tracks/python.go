package tracks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting/internal/sandbox"
)

// errNoPython says that the host has no Python that could run a tracks.py.
var errNoPython = errors.New("no Python 3.8 or later")

// pythonTimeout bounds how long a Python may take to say where it is.
const pythonTimeout = 10 * time.Second

// python is an interpreter of this host: the program itself, behind all links,
// scripts and virtual environments that lead to it.
type python struct {
	Program  string   `json:"program"`
	Prefixes []string `json:"prefixes"` // below which its library is
	Version  []int    `json:"version"`
}

// whereScript has a Python say where it is.
const whereScript = `import json, os, sys
real = os.path.realpath
print(json.dumps({
    "program": real(getattr(sys, "_base_executable", None) or sys.executable),
    "prefixes": [real(sys.base_prefix), real(sys.base_exec_prefix)],
    "version": sys.version_info[:2],
}))`

// findPython returns the first python3 of the directories that works. It is
// asked outside the sandbox, as it is part of the host.
func findPython(ctx context.Context, dirs []string) (python, error) {
	errs := []error{errNoPython}
	for _, dir := range dirs {
		program := filepath.Join(dir, "python3")
		if info, err := os.Stat(program); !filepath.IsAbs(dir) || err != nil || !info.Mode().IsRegular() {
			continue
		}
		p, err := askPython(ctx, program)
		if err == nil {
			return p, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", program, err))
	}
	return python{}, errors.Join(errs...)
}

func askPython(ctx context.Context, program string) (python, error) {
	ctx, cancel := context.WithTimeout(ctx, pythonTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-I", "-c", whereScript)
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return python{}, err
	}
	var p python
	if err := json.Unmarshal(out, &p); err != nil {
		return python{}, fmt.Errorf("says where it is in no way that we know: %w", err)
	}
	if len(p.Version) != 2 || slices.Compare(p.Version, []int{3, 8}) < 0 {
		return python{}, fmt.Errorf("is version %v", p.Version)
	}
	return p, nil
}

// mounts shows the interpreter in the sandbox, in its own place, as far as it
// does not lie in /usr, which is there anyhow. A prefix can be a home directory: of it,
// only the libraries are shown.
func (p python) mounts() []sandbox.Mount {
	var mounts []sandbox.Mount
	show := func(path string) {
		shown := slices.ContainsFunc(mounts, func(m sandbox.Mount) bool { return isIn(path, m.Target) })
		if _, err := os.Stat(path); err == nil && !shown && !isIn(path, "/usr") {
			mounts = append(mounts, sandbox.Mount{Source: path, Target: path, ReadOnly: true})
		}
	}
	for _, prefix := range p.Prefixes {
		if prefix == "/" {
			continue
		}
		show(filepath.Join(prefix, "lib"))
		show(filepath.Join(prefix, "lib64"))
	}
	show(p.Program)
	return mounts
}

func isIn(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// stillThere tells whether the interpreter has not been replaced by another version.
func (p python) stillThere() bool {
	_, err := os.Stat(p.Program)
	return p.Program != "" && err == nil
}
