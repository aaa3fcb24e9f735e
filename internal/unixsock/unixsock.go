// Package unixsock listens on and connects to unix sockets by path where the
// plain system calls are not enough: paths longer than the 107 bytes of a
// socket address, and sockets in directories that somebody untrusted writes to.
package unixsock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Listen listens on a new socket at path, with permissions for its owner only.
// A socket file left by a process that is gone is replaced. The caller has made
// sure, by a lock of its own, that nobody else listens there.
func Listen(path string) (net.Listener, error) {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	defer dir.Close()
	name := filepath.Base(path)
	if err := unix.Unlinkat(int(dir.Fd()), name, 0); err != nil && err != unix.ENOENT {
		return nil, fmt.Errorf("replace socket %s: %w", path, err)
	}
	short := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), name)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false) // the short name dies with dir; whoever stops removes path
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("protect socket %s: %w", path, err)
	}
	return l, nil
}

// AnyOwner lets Dial connect to a socket whoever owns it.
const AnyOwner = -1

// Dial connects to the socket at path, provided that it is a socket (not a link
// to one) that belongs to the user id owner. So whoever may write to the
// directory cannot lead us to a socket of somebody else's.
func Dial(ctx context.Context, path string, owner int) (net.Conn, error) {
	fd, err := openSocket(path, owner)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "unix", Addr: &net.UnixAddr{Name: path, Net: "unix"}, Err: err}
	}
	defer unix.Close(fd)
	return dialPatiently(ctx, fmt.Sprintf("/proc/self/fd/%d", fd))
}

// A program that is busy takes no connections for a while. Once so many wait as can, the
// kernel lets nobody wait who connects without blocking, but refuses at once (connect(2), EAGAIN).
const (
	fullPause    = 10 * time.Millisecond
	fullPatience = 5 * time.Second
)

// dialPatiently connects, and tries again while too many others wait to be taken.
func dialPatiently(ctx context.Context, path string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, fullPatience)
	defer cancel()
	for {
		var d net.Dialer
		c, err := d.DialContext(ctx, "unix", path)
		if !errors.Is(err, unix.EAGAIN) {
			return c, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(fullPause):
		}
	}
}

// openSocket pins the very file that was checked: what connects to the
// descriptor's name in /proc cannot be swapped any more (open(2), O_PATH).
func openSocket(path string, owner int) (int, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return -1, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		unix.Close(fd)
		return -1, unix.ENOTSOCK
	}
	if owner != AnyOwner && int(st.Uid) != owner {
		unix.Close(fd)
		return -1, unix.EPERM
	}
	return fd, nil
}
