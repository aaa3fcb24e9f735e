package app

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrBusy is met when another program has hold of the site.
var ErrBusy = errors.New("another nbhosting has hold of this data directory")

// lock is an advisory lock (flock(2)) on a file; the kernel releases it with the process.
type lock struct{ file *os.File }

func takeLock(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	return &lock{file}, nil
}

// SyscallConn implements syscall.Conn: who is given the open file holds the lock, too.
func (l *lock) SyscallConn() (syscall.RawConn, error) { return l.file.SyscallConn() }

func (l *lock) release() error { return l.file.Close() }
