package course_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestSetChangesWhatItIsGivenAndNothingElse(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	want := nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: "main", Image: "tour"}
	yes, no, image, branch := true, false, "nbhosting/scipy-notebook:2", "release/1.x"
	for _, c := range []struct {
		changes course.Changes
		apply   func()
	}{
		{course.Changes{}, func() {}},
		{course.Changes{Autopull: &yes, Archived: &yes}, func() { want.Autopull, want.Archived = true, true }},
		{course.Changes{Autopull: &no, Autobuild: &yes}, func() { want.Autopull, want.Autobuild = false, true }},
		{course.Changes{Image: &image}, func() { want.Image = image }},
		{course.Changes{Branch: &branch, Archived: &no}, func() { want.Branch, want.Archived = branch, false }},
	} {
		got, err := s.Set(t.Context(), tour, c.changes)
		c.apply()
		if err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		s.wantCourse(want)
	}
	_, err := s.Set(t.Context(), "nowhere", course.Changes{Autopull: &yes})
	sitetest.WantKind(t, err, nbhosting.NotFound)
}

func TestSetRefusesWhatCreateRefuses(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	for _, image := range []string{"", "UPPER", "a b", "x:y:z"} {
		_, err := s.Set(t.Context(), tour, course.Changes{Image: &image})
		sitetest.WantKind(t, err, nbhosting.Invalid)
	}
	for _, url := range []string{"", "--upload-pack=x", "ext::sh", "http://u:pass\nword@x/"} {
		_, err := s.Set(t.Context(), tour, course.Changes{GitURL: &url})
		sitetest.WantKind(t, err, nbhosting.Invalid)
		if err != nil && strings.Contains(nbhosting.MessageOf(err), "pass") {
			t.Errorf("it tells the password: %v", err)
		}
	}
	for _, branch := range []string{"-x", "a..b", "a b", "a~1", "a^", "a:b", "x?", "[x", "x\\y", "x.lock", "a/.b", "/a", "a/", "a//b", "@", "a@{1}", "x.", "a\x01", strings.Repeat("x", 300)} {
		_, err := s.Set(t.Context(), tour, course.Changes{Branch: &branch})
		sitetest.WantKind(t, err, nbhosting.Invalid)
	}
	for _, network := range []string{"host", "Bridge", "none ", "container:x"} {
		_, err := s.Set(t.Context(), tour, course.Changes{Network: &network})
		sitetest.WantKind(t, err, nbhosting.Invalid)
	}
	for _, network := range []string{"none", "bridge", ""} {
		got, err := s.Set(t.Context(), tour, course.Changes{Network: &network})
		if err != nil || got.Network != network {
			t.Errorf("%q: got %q, %v", network, got.Network, err)
		}
	}
	for _, branch := range []string{"", "main", "été", "a/b-c_1.x", "#1", "a@b"} {
		if _, err := s.Set(t.Context(), tour, course.Changes{Branch: &branch}); err != nil {
			t.Errorf("%q: %v", branch, err)
		}
	}
	s.wantCourse(nbhosting.Course{Name: tour, GitURL: a.Dir, Branch: "a@b", Image: "tour"})
}

func TestTheNextPullComesFromTheNewRepository(t *testing.T) {
	a, b := gittest.NewAuthor(t), gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	b.Git("branch", "--quiet", "-m", "trunk")
	want := b.Commit(map[string]string{"b.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	branch := ""
	if _, err := s.Set(t.Context(), tour, course.Changes{GitURL: &b.Dir, Branch: &branch}); err != nil {
		t.Fatal(err)
	}
	s.pull()
	if got := s.published(); got != want {
		t.Errorf("published %s, want %s", got, want)
	}
	s.wantCourse(nbhosting.Course{Name: tour, GitURL: b.Dir, Branch: "trunk", Image: "tour"})
}

func TestSetWaitsForAPull(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	reached, release := s.heldPull(t)
	<-reached
	soon := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	_, err := s.Set(soon(), tour, course.Changes{})
	sitetest.WantKind(t, err, nbhosting.Unavailable)
	sitetest.WantKind(t, s.Rename(soon(), tour, "new", course.RenameOptions{}, io.Discard), nbhosting.Unavailable)
	release()
	if _, err := s.rename("new"); err != nil {
		t.Error(err)
	}
}

// heldPull begins a pull of tour that goes on until it is let go.
func (s site) heldPull(t *testing.T) (reached <-chan struct{}, release func()) {
	t.Helper()
	log := heldLog{make(chan struct{}), make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- failure(s.Pull(context.WithoutCancel(t.Context()), tour, log)) }()
	return log.reached, func() {
		t.Helper()
		close(log.release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// heldLog holds up who writes the first line to it.
type heldLog struct{ reached, release chan struct{} }

func (l heldLog) Write(p []byte) (int, error) {
	select {
	case <-l.release:
	default:
		close(l.reached)
		<-l.release
	}
	return len(p), nil
}
