package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// holdPoll is how often a lock that others hold is asked for.
const holdPoll = 50 * time.Millisecond

// hold locks a directory for as long as the file returned is open, here or in a
// process that inherited it: in a git, too, that outlives this program.
func hold(ctx context.Context, dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err := tryLock(f)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), f.Close())
		case <-time.After(holdPoll):
		}
	}
}

// tryLock locks f, or fails with EWOULDBLOCK. Where the file system has no such
// locks, there is none to wait for.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EBADF) || errors.Is(err, unix.ENOLCK) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

// isHeld tells whether somebody holds dir.
func isHeld(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(tryLock(f), unix.EWOULDBLOCK)
}
