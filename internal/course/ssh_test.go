package course_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/git/sshtest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
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

func TestAPrivateRepositoryIsOpenedByItsKey(t *testing.T) {
	a, host := gittest.NewAuthor(t), sshtest.Start(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newOddSite(t)
	_, err := s.try(host.URL(a.Dir))
	sitetest.WantKind(t, err, nbhosting.Denied)
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
	sitetest.WantKind(t, err, nbhosting.Denied)
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
	sitetest.WantKind(t, err, nbhosting.Denied)
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
	sitetest.WantKind(t, err, nbhosting.Denied)
	name := "[127.0.0.1]:" + host.Port
	for _, part := range []string{fingerprint, "nbhosting git forget-host " + name} {
		if !strings.Contains(nbhosting.MessageOf(err), part) {
			t.Errorf("%q is not in %q", part, nbhosting.MessageOf(err))
		}
	}
	if got := s.published(); got != first {
		t.Errorf("published %q, want %q", got, first)
	}
	sitetest.WantKind(t, s.ForgetHost("example.org"), nbhosting.NotFound)
	sitetest.WantKind(t, s.ForgetHost("*"), nbhosting.Invalid)
	if err := s.ForgetHost(name); err != nil {
		t.Fatal(err)
	}
	s.pull()
	if got := s.published(); got != second {
		t.Errorf("published %q, want %q", got, second)
	}
}
