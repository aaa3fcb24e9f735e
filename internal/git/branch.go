package git

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// RemoteDefaultBranch asks the repository at url, or the origin of the clone in
// dir if url is empty, which branch is its default. Where it names none, "main"
// or "master" is taken, or its only branch. ErrEmpty if there is no branch,
// ErrNoRevision if there are several and none stands out.
func (r Runner) RemoteDefaultBranch(ctx context.Context, dir, url string) (string, error) {
	from, err := r.remote(ctx, dir, url)
	if err != nil {
		return "", err
	}
	out, err := r.talk(ctx, from, nil, "read the branches of", inRepository(dir,
		"ls-remote", "--quiet", "--symref", from.uploadPack(), "--", from.url, "HEAD", "refs/heads/*")...)
	if err != nil {
		return "", err
	}
	branch, err := defaultBranch(out)
	if err != nil {
		return "", fmt.Errorf("git: default branch of %s: %w", Redact(from.url), err)
	}
	return branch, nil
}

// defaultBranch reads what ls-remote --symref prints: "ref: REF\tNAME" for a
// symbolic ref, then "HASH\tREF" for each.
func defaultBranch(out string) (string, error) {
	var branches []string
	for line := range strings.Lines(out) {
		first, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if target, found := strings.CutPrefix(first, "ref: refs/heads/"); found && name == "HEAD" {
			return target, nil
		}
		if branch, found := strings.CutPrefix(name, "refs/heads/"); found {
			branches = append(branches, branch)
		}
	}
	for _, usual := range []string{"main", "master"} {
		if slices.Contains(branches, usual) {
			return usual, nil
		}
	}
	switch len(branches) {
	case 0:
		return "", ErrEmpty
	case 1:
		return branches[0], nil
	}
	return "", fmt.Errorf("%w: no default among %d branches", ErrNoRevision, len(branches))
}
