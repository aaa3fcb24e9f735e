package git_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nbhosting/nbhosting/internal/git"
)

func TestSubmodulesOfAFile(t *testing.T) {
	a := newAuthor(t)
	for name, c := range map[string]struct {
		text string
		want []git.Submodule
	}{
		"empty": {"", nil},
		"one":   {"[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib.git\n", []git.Submodule{{Path: "lib", URL: "../lib.git"}}},
		"odd names": {
			"[submodule \"a.b \\\" c\"]\n\tpath = \"w 1/été\"\n\turl = https://h/x.git\n\tupdate = none\n[submodule \"two\"]\n\tpath = t/\n\tbranch = x\n",
			[]git.Submodule{{Path: "w 1/été", URL: "https://h/x.git", Update: "none"}, {Path: "t"}},
		},
		"includes": {"[include]\n\tpath = /etc/passwd\n", nil},
	} {
		a.commit(".gitmodules", c.text)
		object := a.git("rev-parse", "HEAD:.gitmodules")
		got, err := runner().Submodules(t.Context(), a.dir, object)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	a.commit(".gitmodules", "[submodule \"lib\n")
	object := a.git("rev-parse", "HEAD:.gitmodules")
	if got, err := runner().Submodules(t.Context(), a.dir, object); err == nil {
		t.Errorf("a file that cannot be read: %v", got)
	}
	if got, err := runner().Submodules(t.Context(), a.dir, "HEAD"); !errors.Is(err, git.ErrNoRevision) {
		t.Errorf("no hash: %v, %v", got, err)
	}
}

func TestIsAncestor(t *testing.T) {
	a := newAuthor(t)
	a.commit("a", "1")
	first := resolve(t, a.dir, "HEAD").Hash
	a.commit("a", "2")
	second := resolve(t, a.dir, "HEAD").Hash
	gone := strings.Repeat("ab", 20)
	for _, c := range []struct {
		old, next string
		want      bool
	}{{first, second, true}, {second, first, false}, {first, first, true}, {gone, first, false}} {
		got, err := runner().IsAncestor(t.Context(), a.dir, c.old, c.next)
		if got != c.want || err != nil {
			t.Errorf("%.7s before %.7s: got %v, %v", c.old, c.next, got, err)
		}
	}
	if _, err := runner().IsAncestor(t.Context(), t.TempDir(), first, second); !errors.Is(err, git.ErrNotRepository) {
		t.Errorf("no repository: %v", err)
	}
}

func TestFetchCommit(t *testing.T) {
	a := newAuthor(t)
	a.commit("a", "1")
	dir := a.clone()
	a.commit("a", "2")
	lost := resolve(t, a.dir, "HEAD").Hash
	a.git("reset", "--quiet", "--hard", "HEAD^") // no branch has it any more
	if err := runner().FetchCommit(t.Context(), dir, a.dir, lost); err != nil {
		t.Fatal(err)
	}
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Fatal(err)
	}
	if got := resolve(t, dir, "refs/kept/"+lost).Hash; got != lost {
		t.Errorf("kept: %s", got)
	}
	for _, commit := range []string{strings.Repeat("ab", 20), "main", "--all"} {
		if err := runner().FetchCommit(t.Context(), dir, a.dir, commit); !errors.Is(err, git.ErrNoRevision) {
			t.Errorf("%s: %v", commit, err)
		}
	}
}
