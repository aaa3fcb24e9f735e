package sandbox

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Nobody is the user and group id of programs whose Spec names none.
const Nobody = 65534

// Spec says what to run.
type Spec struct {
	Command []string // the program, by its absolute path in the sandbox, and its arguments
	Env     []string // all of its environment, as KEY=value
	WorkDir string   // in the sandbox; empty: /
	Mounts  []Mount

	// UID and GID are the ids that the program runs under; 0 stands for [Nobody].
	// Where we are not root, they are our own under another name.
	UID, GID int

	Stdin          io.Reader // nil: empty
	Stdout, Stderr io.Writer // nil: dropped. Who bounds them: see [Capture]

	Limits Limits
}

// Mount shows a file or directory of this host in the sandbox.
type Mount struct {
	Source   string `json:"source"` // absolute path on this host
	Target   string `json:"target"` // absolute path in the sandbox; neither of a system directory nor in another mount
	ReadOnly bool   `json:"read_only"`
}

// Limits bound what the program uses; 0 is no bound of ours. All but
// ScratchBytes are for each process of the sandbox: with its processes, they bound its whole.
type Limits struct {
	MemoryBytes  int64         `json:"memory_bytes"`  // address space: more cannot be allocated
	CPUTime      time.Duration `json:"cpu_time"`      // whole seconds, rounded up; more kills
	Processes    int64         `json:"processes"`     // and threads, at a time. Old kernels count all of the user id
	FileBytes    int64         `json:"file_bytes"`    // size of a file that is written
	OpenFiles    int64         `json:"open_files"`    // at a time
	ScratchBytes int64         `json:"scratch_bytes"` // what /tmp holds, in memory; 0: 1 MiB
}

// systemDirs are those of the host's directories that programs cannot do
// without. Some are links into the first.
func systemDirs() []string {
	return []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
}

// systemFiles are the other things of the host that are shown, where they exist.
func systemFiles() []string {
	return []string{"/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"}
}

// ownDirs are made by the sandbox.
func ownDirs() []string { return []string{"/proc", "/dev"} }

// check tells what is wrong with a Spec.
func (s Spec) check() error {
	var errs []error
	if len(s.Command) == 0 || !filepath.IsAbs(s.Command[0]) {
		errs = append(errs, fmt.Errorf("the program %q has no absolute path", s.Command))
	}
	if s.WorkDir != "" && !filepath.IsAbs(s.WorkDir) {
		errs = append(errs, fmt.Errorf("the working directory %s is no absolute path", s.WorkDir))
	}
	taken := slices.Concat(systemDirs(), ownDirs())
	for _, m := range s.Mounts {
		if !isClean(m.Source) || !isClean(m.Target) || m.Target == "/" {
			errs = append(errs, fmt.Errorf("the mount of %s at %s: not two plain absolute paths", m.Source, m.Target))
		}
		if i := slices.IndexFunc(taken, func(dir string) bool { return isIn(m.Target, dir) || isIn(dir, m.Target) }); i >= 0 {
			errs = append(errs, fmt.Errorf("the mount at %s: in the way of that at %s", m.Target, taken[i]))
		}
		taken = append(taken, m.Target)
	}
	return errors.Join(errs...)
}

func isClean(path string) bool { return filepath.IsAbs(path) && filepath.Clean(path) == path }

// isIn tells whether path is dir or lies in it.
func isIn(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// plan is what the sandbox is told of a Spec.
type plan struct {
	Command  []string `json:"command"`
	Env      []string `json:"env"`
	WorkDir  string   `json:"work_dir"`
	Mounts   []Mount  `json:"mounts"`
	UID      int      `json:"uid"`
	GID      int      `json:"gid"`
	Limits   Limits   `json:"limits"`
	Root     bool     `json:"root"`      // we are root, and can drop groups
	OwnUsers bool     `json:"own_users"` // it has a user namespace of its own
}

func (s Spec) plan(root, ownUsers bool) plan {
	p := plan{
		Command: s.Command, Env: s.Env, WorkDir: s.WorkDir, Mounts: s.Mounts,
		UID: s.UID, GID: s.GID, Limits: s.Limits, Root: root, OwnUsers: ownUsers,
	}
	if p.WorkDir == "" {
		p.WorkDir = "/"
	}
	if p.UID == 0 {
		p.UID = Nobody
	}
	if p.GID == 0 {
		p.GID = Nobody
	}
	if p.Limits.ScratchBytes == 0 {
		p.Limits.ScratchBytes = 1 << 20
	}
	return p
}
