package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Clone makes dir a clone of the repository at url, with its remote called
// origin and nothing checked out. It works in a directory beside, and renames
// it when complete: dir is whole, or untouched. A dir that exists and holds
// something is fs.ErrExist. Nobody else can look into it. An empty repository is
// cloned without error. A password in url is used, but not kept in the clone.
func (r Runner) Clone(ctx context.Context, url, dir string) error {
	from, err := parseRemote(url)
	if err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("git: clone to %s: %w", dir, errors.Join(err, fs.ErrExist))
	}
	removeAbandoned(dir)
	work, err := os.MkdirTemp(filepath.Dir(dir), workPrefix(dir))
	if err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	held, err := hold(ctx, work)
	if err != nil {
		return fmt.Errorf("git: clone: %w", errors.Join(err, os.RemoveAll(work)))
	}
	defer held.Close()
	if err := r.cloneVia(ctx, from, held, work, dir); err != nil {
		return errors.Join(err, os.RemoveAll(work))
	}
	return nil
}

func (r Runner) cloneVia(ctx context.Context, from remote, held *os.File, work, dir string) error {
	_, err := r.talk(ctx, from, held, "clone",
		"clone", "--quiet", "--no-checkout", "--no-local", "--template=", "--origin=origin",
		"--no-recurse-submodules", from.uploadPack(), "--", from.url, work)
	if err != nil {
		return err
	}
	if err := os.Rename(work, dir); err != nil {
		return fmt.Errorf("git: clone: %w", err)
	}
	return nil
}

// workPrefix begins the names of the directories that clones of dir are made in.
func workPrefix(dir string) string { return "." + filepath.Base(dir) + ".clone-" }

// removeAbandoned removes what clones of dir have left behind that were killed
// together with this program: those that nobody holds.
func removeAbandoned(dir string) {
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), workPrefix(dir)+"*"))
	for _, path := range found {
		if info, err := os.Lstat(path); err == nil && info.IsDir() && !isHeld(path) {
			_ = os.RemoveAll(path)
		}
	}
}
