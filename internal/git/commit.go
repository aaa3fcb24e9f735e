package git

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Commit is one commit of a repository.
type Commit struct {
	Hash string    // in full
	Date time.Time // when it was committed, UTC
}

// Resolve returns the commit that rev means in the clone in dir: a hash, or a
// ref such as "refs/remotes/origin/main". ErrEmpty if the repository has no
// commit at all, ErrNoRevision if it has, but not that one.
func (r Runner) Resolve(ctx context.Context, dir, rev string) (Commit, error) {
	doing := fmt.Sprintf("find %q in %s", rev, dir)
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsFunc(rev, unicode.IsControl) {
		return Commit{}, fmt.Errorf("git: %s: %w", doing, ErrNoRevision)
	}
	out, err := r.output(ctx, call{
		doing:   doing,
		args:    inRepository(dir, "rev-parse", "--verify", rev+"^{commit}"),
		timeout: r.timeout(),
	})
	if err != nil {
		return Commit{}, r.orEmpty(ctx, dir, err)
	}
	hash := strings.TrimSpace(out)
	raw, err := r.output(ctx, call{doing: doing, args: inRepository(dir, "cat-file", "commit", hash), timeout: r.timeout()})
	if err != nil {
		return Commit{}, err
	}
	date, err := committed(raw)
	if err != nil {
		return Commit{}, fmt.Errorf("git: %s: %w", doing, err)
	}
	return Commit{Hash: hash, Date: date}, nil
}

// committed finds the date in a commit object, on the line
// "committer NAME <MAIL> SECONDS ZONE" of its header.
func committed(raw string) (time.Time, error) {
	for line := range strings.Lines(raw) {
		words := strings.Fields(line)
		if len(words) == 0 {
			break
		}
		if words[0] != "committer" || len(words) < 3 {
			continue
		}
		seconds, err := strconv.ParseInt(words[len(words)-2], 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("read the date of the commit: %w", err)
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("the commit has no date")
}

// orEmpty returns ErrEmpty in place of err if the repository has no refs at all.
func (r Runner) orEmpty(ctx context.Context, dir string, err error) error {
	doing := "list refs of " + dir
	out, listErr := r.output(ctx, call{doing: doing, args: inRepository(dir, "for-each-ref", "--count=1"), timeout: r.timeout()})
	if listErr == nil && out == "" {
		return fmt.Errorf("git: %s: %w", doing, ErrEmpty)
	}
	return err
}
