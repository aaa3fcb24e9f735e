package git_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

func TestFetchFollowsRewrittenHistory(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	a.git("tag", "v1")
	a.git("branch", "gone")
	a.git("branch", "part")
	dir := a.clone()

	a.git("commit", "--quiet", "--amend", "--message=again")
	a.git("tag", "--force", "v1")
	a.git("branch", "--delete", "--force", "gone", "part")
	a.git("branch", "part/one") // where a branch was, now a directory of branches
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Fatal(err)
	}
	want := resolve(t, a.dir, "main")
	for _, rev := range []string{"refs/remotes/origin/main", "refs/remotes/origin/part/one", "refs/tags/v1"} {
		if got := resolve(t, dir, rev); got != want {
			t.Errorf("%s is %v, want %v", rev, got, want)
		}
	}
	if _, err := runner().Resolve(t.Context(), dir, "refs/remotes/origin/gone"); !errors.Is(err, git.ErrNoRevision) {
		t.Errorf("deleted branch: %v, want ErrNoRevision", err)
	}
}

func TestFetchOfAnotherURL(t *testing.T) {
	a, b := newAuthor(t), newAuthor(t)
	a.commit("intro.md", "hello")
	b.commit("other.md", "other")
	dir := a.clone()
	if err := runner().Fetch(t.Context(), dir, b.dir); err != nil {
		t.Fatal(err)
	}
	if got, want := resolve(t, dir, "refs/remotes/origin/main"), resolve(t, b.dir, "main"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFetchWithoutClone(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	inside := filepath.Join(a.dir, "w1") // git must not find the repository above
	a.write("w1/x.md", "x")
	for _, url := range []string{"", a.dir} {
		if err := runner().Fetch(t.Context(), inside, url); !errors.Is(err, git.ErrNotRepository) {
			t.Errorf("url %q: got %v, want ErrNotRepository", url, err)
		}
	}
}

func TestEmptyRepository(t *testing.T) {
	a := newAuthor(t)
	dir := a.clone()
	r, ctx := runner(), t.Context()
	if err := r.Fetch(ctx, dir, ""); err != nil {
		t.Error(err)
	}
	if _, err := r.RemoteDefaultBranch(ctx, dir, ""); !errors.Is(err, git.ErrEmpty) {
		t.Errorf("default branch: %v, want ErrEmpty", err)
	}
	if _, err := r.Resolve(ctx, dir, "HEAD"); !errors.Is(err, git.ErrEmpty) {
		t.Errorf("resolve: %v, want ErrEmpty", err)
	}
	a.commit("intro.md", "hello")
	if err := r.Fetch(ctx, dir, ""); err != nil {
		t.Error(err)
	}
	resolve(t, dir, "refs/remotes/origin/main")
}

func TestRemoteDefaultBranch(t *testing.T) {
	tests := []struct {
		name     string
		prepare  []string
		want     string
		wantFail error
	}{
		{"named", []string{"checkout", "--quiet", "-b", "spring/2026"}, "spring/2026", nil},
		{"detached", []string{"checkout", "--quiet", "--detach"}, "main", nil},
		{"unborn", []string{"symbolic-ref", "HEAD", "refs/heads/none"}, "main", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAuthor(t)
			a.commit("intro.md", "hello")
			a.git("branch", "other")
			dir := a.clone()
			a.git(test.prepare...)
			got, err := runner().RemoteDefaultBranch(t.Context(), dir, "")
			if got != test.want || !errors.Is(err, test.wantFail) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
