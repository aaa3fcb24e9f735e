package unixsock_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
