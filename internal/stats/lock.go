package stats

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lockRetry is between two tries for a lock that somebody holds, which writers
// do for the time of one write.
const lockRetry = 2 * time.Millisecond

// lock takes the exclusive lock of an open file, until it is closed.
func lock(ctx context.Context, file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lockRetry):
		}
	}
}
