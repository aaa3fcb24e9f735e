package git

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// IsAncestor tells whether the history of the commit new, in the clone in dir,
// holds the commit old. A commit that is not in the clone is nobody's ancestor.
func (r Runner) IsAncestor(ctx context.Context, dir, old, new string) (bool, error) {
	for _, commit := range []string{old, new} {
		if _, err := r.Resolve(ctx, dir, commit); errors.Is(err, ErrNoRevision) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	_, err := r.output(ctx, call{
		doing:   fmt.Sprintf("compare %.40q and %.40q in %s", old, new, dir),
		args:    inRepository(dir, "merge-base", "--is-ancestor", old, new),
		timeout: r.timeout(),
	})
	if exited, ok := errors.AsType[*exec.ExitError](err); ok && exited.ExitCode() == 1 {
		return false, nil
	}
	return err == nil, err
}
