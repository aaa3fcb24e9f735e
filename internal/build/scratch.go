package build

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/disk"
)

// workDir holds what is being built. No course has a name that begins with a dot.
const workDir = ".work"

// Parts of a scratch directory.
const (
	workPart   = "work" // the course
	homePart   = "home"
	scriptPart = "script"
	scriptFile = "script"
)

// scratch is the directory of one run of a script.
type scratch struct{ dir string }

func (s scratch) path(part string) string { return filepath.Join(s.dir, part) }

// newScratch makes a scratch directory, and removes those that a program has
// left that was killed. The function that it returns removes it again.
func (b *Builder) newScratch() (scratch, func(), error) {
	top := filepath.Join(b.results.dir, workDir)
	if err := os.MkdirAll(top, 0o711); err != nil { // where nothing is confined, a script passes through it
		return scratch{}, nil, err
	}
	if err := b.removeLeftovers(top); err != nil {
		b.Logger.Warn("what an earlier build left could not be removed", "err", err)
	}
	name := strings.ToLower(rand.Text())
	b.take(name)
	s := scratch{filepath.Join(top, name)}
	remove := func() {
		if err := disk.RemoveAll(s.dir); err != nil {
			b.Logger.Warn("the scratch directory of a build could not be removed", "err", err)
		}
		b.release(name)
	}
	err := os.Mkdir(s.dir, 0o711)
	for part, mode := range map[string]fs.FileMode{workPart: 0o755, homePart: 0o700, scriptPart: 0o755} {
		err = errors.Join(err, os.Mkdir(s.path(part), mode))
	}
	if err != nil {
		remove()
		return scratch{}, nil, err
	}
	return s, remove, nil
}

func (b *Builder) removeLeftovers(top string) error {
	entries, err := os.ReadDir(top)
	for _, e := range entries {
		b.mu.Lock()
		used := b.busy[e.Name()]
		b.mu.Unlock()
		if !used {
			err = errors.Join(err, disk.RemoveAll(filepath.Join(top, e.Name())))
		}
	}
	return err
}

// fill writes the script, and gives all that the script may change to its user.
// The course has been exported; nothing of it runs yet.
func (s scratch) fill(script string, uid int) error {
	if err := os.WriteFile(filepath.Join(s.path(scriptPart), scriptFile), []byte(script), 0o644); err != nil {
		return err
	}
	if os.Getuid() != 0 {
		return nil
	}
	for _, part := range []string{workPart, homePart} {
		err := filepath.WalkDir(s.path(part), func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, uid, uid)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const watchPause = time.Second

// watchDisk calls full once less than least bytes are free where dir is. It
// returns when ctx ends.
func watchDisk(ctx context.Context, dir string, least int64, full func()) {
	for {
		var st unix.Statfs_t
		if err := unix.Statfs(dir, &st); err == nil && int64(st.Bavail)*st.Bsize < least {
			full()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchPause):
		}
	}
}
