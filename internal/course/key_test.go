package course_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/git/sshtest"
	"github.com/nbhosting/nbhosting/internal/revision/revisiontest"
)

func (s site) deployKey() string {
	s.T.Helper()
	key, err := s.DeployKey(tour)
	if err != nil {
		s.T.Fatal(err)
	}
	return key
}

// newOddSite has a data directory whose name has to be quoted wherever it is a word.
func newOddSite(t *testing.T) site {
	t.Helper()
	root := filepath.Join(t.TempDir(), `it's "the" root %h ${HOME}`)
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return newSiteAt(t, root)
}

func TestADeployKeyIsMadeOnceAndIsOursAlone(t *testing.T) {
	s := newSite(t)
	if err := os.Mkdir(filepath.Join(s.Root, "keys"), 0o755); err != nil {
		t.Fatal(err)
	}
	const callers = 8
	var all sync.WaitGroup
	keys := make(chan string, callers)
	for range callers {
		all.Go(func() {
			key, err := s.DeployKey(tour)
			if err != nil {
				t.Error(err)
			}
			keys <- key
		})
	}
	all.Wait()
	key := s.deployKey()
	for range callers {
		if got := <-keys; got != key {
			t.Errorf("got %q and %q", got, key)
		}
	}
	if !strings.HasPrefix(key, "ssh-ed25519 AAAA") || !strings.HasSuffix(key, " nbhosting tour") || strings.Contains(key, "\n") {
		t.Errorf("got %q", key)
	}
	for path, want := range map[string]fs.FileMode{
		"keys": fs.ModeDir | 0o700, "keys/tour": fs.ModeDir | 0o700, "keys/tour/id_ed25519": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(s.Root, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if got := s.Files("keys/tour"); len(got) != 1 {
		t.Errorf("left beside the key: %q", got)
	}
	private := s.Read("keys/tour/id_ed25519")
	if signer, err := ssh.ParsePrivateKey([]byte(private)); err != nil || !strings.HasPrefix(key, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))) {
		t.Errorf("the halves do not fit: %v", err)
	}
}

func TestADeployKeyIsRenewed(t *testing.T) {
	s := newSite(t)
	first := s.deployKey()
	second, err := s.RenewDeployKey(tour)
	if err != nil || second == first || s.deployKey() != second {
		t.Errorf("got %q after %q, %v", second, first, err)
	}
	if info, err := os.Stat(filepath.Join(s.Root, "keys/tour/id_ed25519")); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestShowTellsThePublicKey(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	if _, fields := s.showJSON(); fields["deploy_key"] != nil {
		t.Errorf("got %v", fields["deploy_key"])
	}
	key := s.deployKey()
	if text, fields := s.showJSON(); fields["deploy_key"] != key || strings.Contains(text, "PRIVATE") {
		t.Errorf("got %v, want %s", fields["deploy_key"], key)
	}
	if err := os.WriteFile(filepath.Join(s.Root, "keys/tour/id_ed25519"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, fields := s.showJSON(); fields["deploy_key"] != nil { // and the rest is shown
		t.Errorf("got %v", fields["deploy_key"])
	}
	if _, err := s.DeployKey(tour); err == nil || !strings.HasPrefix(s.Read("keys/tour/id_ed25519"), "torn") {
		t.Errorf("a key was replaced without being asked to be: %v", err)
	}
}

func TestAPrivateRepositoryIsOpenedByItsKey(t *testing.T) {
	a, host := gittest.NewAuthor(t), sshtest.Start(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newOddSite(t)
	_, err := s.try(host.URL(a.Dir))
	revisiontest.WantKind(t, err, nbhosting.Denied)
	key := s.deployKey()
	if message := nbhosting.MessageOf(err); !strings.Contains(message, "\n"+key) || !strings.Contains(message, "read-only") {
		t.Errorf("the key %s is not in %q", key, message)
	}
	s.wantNothing()

	host.Authorize(key)
	s.create(host.URL(a.Dir))
	second := a.Commit(map[string]string{"b.md": ""})
	s.pull()
	if got := s.published(); got != second {
		t.Errorf("published %q, want %q", got, second)
	}
	renewed, err := s.RenewDeployKey(tour)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Pull(t.Context(), tour, io.Discard)
	revisiontest.WantKind(t, err, nbhosting.Denied)
	if !strings.Contains(nbhosting.MessageOf(err), renewed) || s.published() != second {
		t.Errorf("published %q, %v", s.published(), err)
	}
}

func TestARepositoryThatIsNotThereMayBePrivate(t *testing.T) {
	host, s := sshtest.Start(t), newSite(t)
	host.Authorize(s.deployKey())
	_, err := s.try(host.URL("/nowhere/course.git"))
	if err == nil || strings.Contains(nbhosting.MessageOf(err), s.Root) {
		t.Errorf("got %v", err)
	}
	s.wantNothing()
}

// A course of a site that moved over is read with the keys of the machine. To be
// refused once does not end that.
func TestACourseWithoutAKeyGetsNoneByItself(t *testing.T) {
	a, host := gittest.NewAuthor(t), sshtest.Start(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	course, err := s.Course(t.Context(), tour)
	if err != nil {
		t.Fatal(err)
	}
	course.GitURL = host.URL(a.Dir)
	if err := s.Store.SaveCourse(t.Context(), course); err != nil {
		t.Fatal(err)
	}
	_, err = s.Pull(t.Context(), tour, io.Discard)
	revisiontest.WantKind(t, err, nbhosting.Denied)
	if !strings.Contains(nbhosting.MessageOf(err), "Give the course a deploy key") {
		t.Errorf("got %q", nbhosting.MessageOf(err))
	}
	if _, err := os.Stat(filepath.Join(s.Root, "keys/tour")); !os.IsNotExist(err) {
		t.Errorf("a key was made: %v", err)
	}
}

func TestAChangedHostIsRefusedUntilForgotten(t *testing.T) {
	a, host := gittest.NewAuthor(t), sshtest.Start(t)
	first := a.Commit(map[string]string{"a.md": ""})
	s := newOddSite(t)
	host.Authorize(s.deployKey())
	s.create(host.URL(a.Dir))
	second := a.Commit(map[string]string{"b.md": ""})
	fingerprint := host.NewHostKey()
	_, err := s.Pull(t.Context(), tour, io.Discard)
	revisiontest.WantKind(t, err, nbhosting.Denied)
	name := "[127.0.0.1]:" + host.Port
	for _, part := range []string{fingerprint, "nbhosting git forget-host " + name} {
		if !strings.Contains(nbhosting.MessageOf(err), part) {
			t.Errorf("%q is not in %q", part, nbhosting.MessageOf(err))
		}
	}
	if got := s.published(); got != first {
		t.Errorf("published %q, want %q", got, first)
	}
	revisiontest.WantKind(t, s.ForgetHost("example.org"), nbhosting.NotFound)
	revisiontest.WantKind(t, s.ForgetHost("*"), nbhosting.Invalid)
	if err := s.ForgetHost(name); err != nil {
		t.Fatal(err)
	}
	s.pull()
	if got := s.published(); got != second {
		t.Errorf("published %q, want %q", got, second)
	}
}
