package git

import (
	"context"
	"fmt"
	"strings"
)

// Fetch brings the clone in dir up to date with the repository at url: all
// branches as refs/remotes/origin/*, all tags as refs/tags/*, also where history
// was rewritten; what is gone there goes here. An empty url is that of the
// clone's origin. A Fetch that fails leaves each ref as it was or as it should
// be, and the next one goes on from there.
func (r Runner) Fetch(ctx context.Context, dir, url string) error {
	from, err := r.remote(ctx, dir, url)
	if err != nil {
		return err
	}
	_, err = r.talk(ctx, from, "fetch", inRepository(dir,
		"fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
		from.uploadPack(), "--", from.url,
		"+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")...)
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
