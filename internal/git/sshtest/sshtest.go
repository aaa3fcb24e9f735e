// Package sshtest runs OpenSSH's own server for tests that reach repositories
// over ssh.
package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Server lets the user who runs the tests in, with keys that are authorized.
type Server struct {
	Port string // on 127.0.0.1

	t        testing.TB
	program  string
	dir      string
	user     string
	sessions sync.WaitGroup
}

// Start runs a server until the end of the test. A machine without sshd skips
// the test, unless NBHOSTING_TEST is "require".
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, program: program(t), dir: t.TempDir()}
	me, err := user.Current()
	s.must(err)
	s.user = me.Username
	s.NewHostKey()
	s.write("authorized_keys", nil)
	s.write("config", []byte(strings.Join([]string{
		"HostKey " + s.path("host_key"), "AuthorizedKeysFile " + s.path("authorized_keys"), "PidFile none",
		"StrictModes no", "UsePAM no", "PasswordAuthentication no", "PermitRootLogin prohibit-password", "",
	}, "\n")))
	t.Cleanup(s.sessions.Wait) // after the listeners are closed
	s.Port = s.listen("127.0.0.1:0")
	return s
}

// program finds sshd, and makes the directory that it wants to be there when root runs it.
func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("sshd")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/sshd")
	}
	if err != nil && os.Getenv("NBHOSTING_TEST") == "require" {
		t.Fatalf("OpenSSH's server is needed: %v", err)
	}
	if err != nil {
		t.Skipf("OpenSSH's server is not here: %v", err)
	}
	if os.Getuid() == 0 {
		if err := os.Mkdir("/run/sshd", 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	return path
}

// ListenAlso listens at another address of this host, "[::1]:0" for one, and
// returns the port. It skips the test t where there is no such address.
func (s *Server) ListenAlso(t testing.TB, address string) (port string) {
	t.Helper()
	probe, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("no such address here: %v", err)
	}
	s.must(probe.Close())
	return s.listen(address)
}

func (s *Server) listen(address string) (port string) {
	s.t.Helper()
	listener, err := net.Listen("tcp", address)
	s.must(err)
	s.t.Cleanup(func() { listener.Close() })
	s.sessions.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.sessions.Go(func() { s.serve(conn.(*net.TCPConn)) })
		}
	})
	_, port, err = net.SplitHostPort(listener.Addr().String())
	s.must(err)
	return port
}

// serve hands a connection to an sshd of its own, as inetd does.
func (s *Server) serve(conn *net.TCPConn) {
	socket, err := conn.File()
	conn.Close()
	if err != nil {
		s.t.Errorf("sshd: %v", err)
		return
	}
	defer socket.Close()
	cmd := exec.Command(s.program, "-i", "-e", "-f", s.path("config"))
	cmd.Stdin, cmd.Stdout = socket, socket
	// How a session ends is for the client to judge.
	_ = cmd.Run()
}

// NewHostKey gives the host another key, and returns its fingerprint.
func (s *Server) NewHostKey() (fingerprint string) {
	s.t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	s.must(err)
	block, err := ssh.MarshalPrivateKey(private, "")
	s.must(err)
	s.write("host_key", pem.EncodeToMemory(block))
	key, err := ssh.NewPublicKey(public)
	s.must(err)
	return ssh.FingerprintSHA256(key)
}

// Authorize lets in who has the private half of one of these keys, and nobody else.
func (s *Server) Authorize(publicKeys ...string) {
	s.t.Helper()
	s.write("authorized_keys", []byte(strings.Join(publicKeys, "\n")+"\n"))
}

// URL returns the address of a repository of this host.
func (s *Server) URL(path string) string {
	return fmt.Sprintf("ssh://%s@127.0.0.1:%s%s", s.user, s.Port, path)
}

// User returns the name of the one user whom the server lets in.
func (s *Server) User() string { return s.user }

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Server) write(name string, content []byte) {
	s.t.Helper()
	s.must(os.WriteFile(s.path(name), content, 0o600))
}

func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
