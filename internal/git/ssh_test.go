package git_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/sshtest"
)

// newKey writes a private key to path and returns its public half.
func newKey(t *testing.T, path string) (public string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

// byKey returns a runner with a new key and no known hosts, in a directory
// whose name a shell or ssh would read as something else.
func byKey(t *testing.T) (r git.Runner, public string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), `it's a "key" $(touch sprung) %h ${HOME} \ ~`)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r = runner()
	r.SSH = git.SSHOptions{IdentityFile: filepath.Join(dir, "id"), KnownHosts: filepath.Join(dir, "known_hosts")}
	return r, newKey(t, r.SSH.IdentityFile)
}

func TestPrivateRepositoryOverSSH(t *testing.T) {
	a, server := newAuthor(t), sshtest.Start(t)
	a.commit("intro.md", "hello")
	r, public := byKey(t)
	server.Authorize(public)
	dir := filepath.Join(t.TempDir(), "course")
	if err := r.Clone(t.Context(), server.URL(a.dir), dir); err != nil {
		t.Fatal(err)
	}
	a.commit("next.md", "more")
	if err := r.Fetch(t.Context(), dir, ""); err != nil {
		t.Fatal(err)
	}
	if got, want := resolve(t, dir, "refs/remotes/origin/main"), resolve(t, a.dir, "main"); got != want {
		t.Errorf("fetched %v, want %v", got, want)
	}
	if branch, err := r.RemoteDefaultBranch(t.Context(), dir, ""); branch != "main" {
		t.Errorf("default branch %q, %v", branch, err)
	}
	known, err := os.ReadFile(r.SSH.KnownHosts)
	if err != nil || bytes.Count(known, []byte("\n")) != 1 || !strings.HasPrefix(string(known), "[127.0.0.1]:"+server.Port+" ssh-ed25519 ") {
		t.Errorf("%v, the host is known as %q", err, known)
	}
}

func TestFormsOfSSHAddresses(t *testing.T) {
	a, server := newAuthor(t), sshtest.Start(t)
	a.commit("intro.md", "hello")
	r, public := byKey(t)
	server.Authorize(public)
	clone := func(t *testing.T, url string) {
		t.Helper()
		if err := r.Clone(t.Context(), url, filepath.Join(t.TempDir(), "course")); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Run("scp-like", func(t *testing.T) {
		clone(t, server.User()+"@[127.0.0.1:"+server.Port+"]:"+a.dir)
	})
	t.Run("IPv6", func(t *testing.T) {
		port := server.ListenAlso(t, "[::1]:0")
		clone(t, "ssh://"+server.User()+"@[::1]:"+port+a.dir)
		if found, err := git.ForgetHost(r.SSH.KnownHosts, "[::1]:"+port); !found || err != nil {
			t.Errorf("known by another name: %v, %v", found, err)
		}
	})
}

func TestWrongKeyIsDenied(t *testing.T) {
	a, server := newAuthor(t), sshtest.Start(t)
	a.commit("intro.md", "hello")
	r, _ := byKey(t)
	// A key that the host lets in is at hand, in the agent of the user, but not the course's.
	server.Authorize(agentKey(t))
	parent := t.TempDir()
	if err := r.Clone(t.Context(), server.URL(a.dir), filepath.Join(parent, "course")); !errors.Is(err, git.ErrDenied) {
		t.Errorf("got %v, want ErrDenied", err)
	}
	if got := namesIn(t, parent); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
	r.SSH.IdentityFile = ""
	if err := r.Clone(t.Context(), server.URL(a.dir), filepath.Join(parent, "course")); err != nil {
		t.Errorf("with the user's own keys: %v", err)
	}
}

// agentKey starts an agent that holds a key, and returns the public half.
func agentKey(t *testing.T) (public string) {
	t.Helper()
	dir := t.TempDir()
	socket := filepath.Join(dir, "agent")
	ctx, cancel := context.WithCancel(context.Background())
	agent := exec.CommandContext(ctx, "ssh-agent", "-D", "-a", socket)
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = agent.Wait() })
	t.Setenv("SSH_AUTH_SOCK", socket)
	public = newKey(t, filepath.Join(dir, "id"))
	await(t, func() bool { _, err := os.Stat(socket); return err == nil })
	if out, err := exec.CommandContext(t.Context(), "ssh-add", "-q", filepath.Join(dir, "id")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return public
}

func TestUnknownHostWithoutAList(t *testing.T) {
	a, server := newAuthor(t), sshtest.Start(t)
	a.commit("intro.md", "hello")
	r, public := byKey(t)
	server.Authorize(public)
	r.SSH.KnownHosts = ""
	err := r.Clone(t.Context(), server.URL(a.dir), filepath.Join(t.TempDir(), "course"))
	if !errors.Is(err, git.ErrHostKey) || errors.Is(err, git.ErrHostKeyChanged) {
		t.Errorf("got %v, want ErrHostKey", err)
	}
}

func TestChangedHostKeyIsRefused(t *testing.T) {
	a, server := newAuthor(t), sshtest.Start(t)
	a.commit("intro.md", "hello")
	r, public := byKey(t)
	server.Authorize(public)
	dir := filepath.Join(t.TempDir(), "course")
	if err := r.Clone(t.Context(), server.URL(a.dir), dir); err != nil {
		t.Fatal(err)
	}
	before := resolve(t, dir, "refs/remotes/origin/main")
	a.commit("next.md", "more")
	shown := server.NewHostKey()
	for range 2 { // it is not accepted for being asked twice
		err := r.Fetch(t.Context(), dir, "")
		failed, _ := errors.AsType[*git.Error](err)
		if !errors.Is(err, git.ErrHostKeyChanged) || failed == nil {
			t.Fatalf("got %v, want ErrHostKeyChanged", err)
		}
		if host, key := failed.HostKey(); host != "[127.0.0.1]:"+server.Port || key != shown {
			t.Errorf("told of %q with %q, want %q", host, key, shown)
		}
	}
	if got := resolve(t, dir, "refs/remotes/origin/main"); got != before {
		t.Errorf("fetched %v all the same", got)
	}
	if found, err := git.ForgetHost(r.SSH.KnownHosts, "127.0.0.1:"+server.Port); !found || err != nil {
		t.Fatalf("%v, %v", found, err)
	}
	if err := r.Fetch(t.Context(), dir, ""); err != nil {
		t.Errorf("once forgotten: %v", err)
	}
	if got := resolve(t, dir, "refs/remotes/origin/main"); got == before {
		t.Error("nothing was fetched")
	}
}
