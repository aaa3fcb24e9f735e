package unixsock_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/unixsock"
)

func echo(t *testing.T, path string) {
	t.Helper()
	l, err := unixsock.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); io.Copy(c, c) }()
		}
	}()
}

func talk(t *testing.T, c net.Conn) {
	t.Helper()
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := io.ReadFull(c, buf); err != nil || string(buf) != "hello" {
		t.Fatalf("got %q, %v", buf, err)
	}
}

func TestPathsLongerThanASocketAddress(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100), strings.Repeat("e", 100))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	echo(t, path)
	c, err := unixsock.Dial(t.Context(), path, os.Getuid())
	if err != nil {
		t.Fatal(err)
	}
	talk(t, c)
}

func TestListenReplacesALeftSocketAndIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	echo(t, path)
	echo(t, path)
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", fi.Mode(), err)
	}
	c, err := unixsock.Dial(t.Context(), path, unixsock.AnyOwner)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, c)
}

func TestDialRefusesWhatIsNotTheOwnersSocket(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	echo(t, socket)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(socket, link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		owner      int
		want       error
	}{
		{"a link", link, os.Getuid(), unix.ENOTSOCK},
		{"a file", file, os.Getuid(), unix.ENOTSOCK},
		{"another's", socket, os.Getuid() + 1, unix.EPERM},
		{"nothing", filepath.Join(dir, "none"), os.Getuid(), unix.ENOENT},
	} {
		conn, err := unixsock.Dial(t.Context(), c.path, c.owner)
		if err == nil {
			conn.Close()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// fullSocket listens and takes nobody, as a program does that is busy with something
// else, until no more connections can wait there.
func fullSocket(t *testing.T) (path string, take func() error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrUnix{Name: path}), unix.Listen(fd, 1)); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		c, err := net.Dial("unix", path)
		if errors.Is(err, unix.EAGAIN) {
			return path, func() error {
				taken, _, err := unix.Accept(fd)
				return errors.Join(err, unix.Close(taken))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("it takes connections without end")
	return "", nil
}

// TestWhoIsBusyIsWaitedFor connects to a program whose queue of connections is full
// for a moment: that it does not listen any more would be a wrong conclusion.
func TestWhoIsBusyIsWaitedFor(t *testing.T) {
	path, take := fullSocket(t)
	connected := make(chan error)
	go func() {
		c, err := unixsock.Dial(t.Context(), path, os.Getuid())
		if err == nil {
			c.Close()
		}
		connected <- err
	}()
	select {
	case err := <-connected:
		t.Fatalf("it was not waited for: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := take(); err != nil {
		t.Fatal(err)
	}
	if err := <-connected; err != nil {
		t.Error(err)
	}
}

func TestWhoStaysBusyIsNotWaitedForLongerThanTheCaller(t *testing.T) {
	path, _ := fullSocket(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if c, err := unixsock.Dial(ctx, path, os.Getuid()); err == nil || ctx.Err() == nil {
		t.Errorf("got %v, %v, with patience left: %t", c, err, ctx.Err() == nil)
	}
}
