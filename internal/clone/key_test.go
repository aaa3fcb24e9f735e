package clone_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

func (s site) deployKey() string {
	s.T.Helper()
	key, err := s.DeployKey(tour)
	if err != nil {
		s.T.Fatal(err)
	}
	return key
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
