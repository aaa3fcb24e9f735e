package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// Fetch brings the clone in dir up to date with the repository at url: all
// branches as refs/remotes/origin/*, all tags as refs/tags/*, also where history
// was rewritten; what is gone there goes here. An empty url is that of the
// clone's origin. A Fetch that fails leaves each ref as it was or as it should
// be, and the next one goes on from there.
func (r Runner) Fetch(ctx context.Context, dir, url string) error {
	return r.fetch(ctx, dir, url, "--prune", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
}

// FetchCommit brings one commit of the repository at url into the clone in dir,
// and keeps it there whatever becomes of the branches. ErrNoRevision if the
// repository has no such commit, or does not give out one that no branch holds.
func (r Runner) FetchCommit(ctx context.Context, dir, url, commit string) error {
	if !isHash(commit) {
		return fmt.Errorf("git: fetch %.40q: %w", commit, ErrNoRevision)
	}
	return r.fetch(ctx, dir, url, "--no-prune", "+"+commit+":refs/kept/"+commit)
}

// fetch fetches refs, pruning those that are gone or not. It waits for a fetch into the same clone to end, be it of a
// program that was killed, and goes on where that one stopped.
func (r Runner) fetch(ctx context.Context, dir, url, prune string, refs ...string) error {
	from, err := r.remote(ctx, dir, url)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeoutCause(ctx, r.networkTimeout(), ErrTimeout)
	defer cancel()
	held, err := hold(waiting, filepath.Join(dir, ".git"))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotRepository
	}
	if err != nil {
		return fmt.Errorf("git: fetch: %w", err)
	}
	defer held.Close()
	removeRemains(dir)
	_, err = r.talk(ctx, from, held, "fetch", inRepository(dir, append([]string{
		"fetch", "--quiet", prune, "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
		from.uploadPack(), "--", from.url,
	}, refs...)...)...)
	if err != nil {
		removeRemains(dir)
	}
	return err
}

// remote returns the remote at url, or the origin of the clone in dir.
func (r Runner) remote(ctx context.Context, dir, url string) (remote, error) {
	if url == "" {
		out, err := r.output(ctx, call{
			doing:   "read origin of " + dir,
			args:    inRepository(dir, "config", "--local", "--get", "remote.origin.url"),
			timeout: r.timeout(),
		})
		if err != nil {
			return remote{}, err
		}
		url = strings.TrimSuffix(out, "\n")
	}
	from, err := parseRemote(url)
	if err != nil {
		return remote{}, fmt.Errorf("git: remote of %s: %w", dir, err)
	}
	return from, nil
}
