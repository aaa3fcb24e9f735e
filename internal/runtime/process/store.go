package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// store keeps records as files, and knows where the programs' output goes.
type store struct {
	dir string
}

const (
	recordSuffix = ".json"
	outputSuffix = ".log"
	lockFile     = "lock"
)

func (s store) recordPath(name string) string { return filepath.Join(s.dir, name+recordSuffix) }
func (s store) outputPath(name string) string { return filepath.Join(s.dir, name+outputSuffix) }

// lock keeps all other users of the directory out, in this process and others.
// It is held for short, never while something is waited for.
func (s store) lock() (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the state of processes: %w", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if err != unix.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock the state of processes: %w", err)
		}
	}
}

// read returns the record of an instance, else ErrNotFound.
func (s store) read(name string) (record, error) {
	if err := runtime.CheckName(name); err != nil {
		return record{}, fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	text, err := os.ReadFile(s.recordPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	if err != nil {
		return record{}, fmt.Errorf("read the state of %s: %w", name, err)
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, fmt.Errorf("read the state of %s: %w", name, err)
	}
	return r, nil
}

// write replaces the record in one step. It need not survive a crash of the
// host: no program does.
func (s store) write(r record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the state of %s: %w", r.Name, err)
	}
	temporary := filepath.Join(s.dir, "."+r.Name+recordSuffix)
	if err := os.WriteFile(temporary, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the state of %s: %w", r.Name, err)
	}
	if err := os.Rename(temporary, s.recordPath(r.Name)); err != nil {
		return fmt.Errorf("write the state of %s: %w", r.Name, err)
	}
	return nil
}

// remove forgets an instance and its output.
func (s store) remove(name string) error {
	for _, path := range []string{s.recordPath(name), s.outputPath(name)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the state of %s: %w", name, err)
		}
	}
	return nil
}

// names returns those of all records.
func (s store) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("read the state of processes: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, found := strings.CutSuffix(e.Name(), recordSuffix); found && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return names, nil
}
