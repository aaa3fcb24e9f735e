package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Snapshot commits the files of dir as they are, on the branch "main"; dir
// becomes a repository if it is none. If nothing has changed, there is no commit.
func (r Runner) Snapshot(ctx context.Context, dir, message string) error {
	if _, err := os.Lstat(filepath.Join(dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		if err := r.quiet(ctx, "make a repository of "+dir, dir, "init", "--quiet", "--template=", "--initial-branch=main", "."); err != nil {
			return err
		}
	}
	if err := r.quiet(ctx, "add the files of "+dir, dir, "add", "--all", "--force", "."); err != nil {
		return err
	}
	if r.quiet(ctx, "compare "+dir, dir, "diff", "--cached", "--quiet", "HEAD") == nil {
		return nil
	}
	return r.quiet(ctx, "commit the files of "+dir, dir, "-c", "user.name=nbhosting", "-c", "user.email=nbhosting@localhost",
		"-c", "commit.gpgSign=false", "commit", "--quiet", "--no-verify", "--message", message)
}

// quiet runs a command in dir whose output is of no interest.
func (r Runner) quiet(ctx context.Context, doing, dir string, args ...string) error {
	_, err := r.output(ctx, call{doing: doing, args: append([]string{"-C", dir}, args...), timeout: r.timeout()})
	return err
}
