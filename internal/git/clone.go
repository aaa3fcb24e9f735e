package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Clone makes dir a clone of the repository at url, with its remote called
// origin and nothing checked out. It works in a directory beside, and renames
// it when complete: dir is whole, or untouched. A dir that exists and holds
// something is fs.ErrExist. An empty repository is cloned without error. A
// password in url is used, but not kept in the clone.
func (r Runner) Clone(ctx context.Context, url, dir string) error {
	from, err := parseRemote(url)
	if err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("git: clone to %s: %w", dir, errors.Join(err, fs.ErrExist))
	}
	r.removeAbandoned(dir)
	work, err := os.MkdirTemp(filepath.Dir(dir), workPrefix(dir))
	if err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	if err := r.cloneVia(ctx, from, work, dir); err != nil {
		return errors.Join(err, os.RemoveAll(work))
	}
	return nil
}

func (r Runner) cloneVia(ctx context.Context, from remote, work, dir string) error {
	_, err := r.talk(ctx, from, "clone",
		"clone", "--quiet", "--no-checkout", "--no-local", "--template=", "--origin=origin",
		"--no-recurse-submodules", from.uploadPack(), "--", from.url, work)
	if err != nil {
		return err
	}
	// Students' containers and build contexts read it under other uids.
	if err := os.Chmod(work, 0o755); err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	if err := os.Rename(work, dir); err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	return nil
}

// workPrefix begins the names of the directories that clones of dir are made in.
func workPrefix(dir string) string { return "." + filepath.Base(dir) + ".clone-" }

// removeAbandoned removes what clones have left behind that were killed
// together with this program: those that are older than a clone can be.
func (r Runner) removeAbandoned(dir string) {
	parent := filepath.Dir(dir)
	found, _ := filepath.Glob(filepath.Join(parent, workPrefix(dir)+"*"))
	for _, path := range found {
		info, err := os.Lstat(path)
		if err == nil && info.IsDir() && time.Since(info.ModTime()) > 2*r.networkTimeout() {
			_ = os.RemoveAll(path)
		}
	}
}
