package git_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

// lesson is the text of a file that is like no other's.
func lesson(name string) string {
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "line %d of %s\n", i, name)
	}
	return text.String()
}

var endings = []string{".py", ".ipynb", ".md"}

func moves(t *testing.T, a gittest.Author, since, commit string) [][]git.Move {
	t.Helper()
	all, err := git.Runner{}.Moves(t.Context(), a.Dir, since, commit, endings)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMoves(t *testing.T) {
	a := gittest.NewAuthor(t)
	first := a.Commit(map[string]string{
		"a.ipynb": lesson("a"), "s1.ipynb": lesson("s1"), "s2.ipynb": lesson("s2"), "s3.ipynb": lesson("s3"),
		"notes.txt": lesson("notes"), "été\n1.md": lesson("é"), "empty.py": "",
	})
	a.Git("mv", "a.ipynb", "b.ipynb")
	a.Git("mv", "notes.txt", "other.txt")
	a.Git("mv", "empty.py", "void.py")
	moved := a.Commit(map[string]string{"b.ipynb": lesson("a") + "one line more\n"})
	a.Git("mv", "été\n1.md", "w é.md")
	// One is put in between; the others make room.
	a.Commit(map[string]string{"s2.ipynb": lesson("new"), "s3.ipynb": lesson("s2"), "s4.ipynb": lesson("s3"), "a.ipynb": lesson("another")})
	a.Git("rm", "--quiet", "s1.ipynb")
	last := a.Commit(map[string]string{"s5.ipynb": "nothing like it", "a.ipynb": lesson("rewritten, in place")})
	want := [][]git.Move{
		{{From: "a.ipynb", To: "b.ipynb"}, {To: "void.py"}},
		{{To: "a.ipynb"}, {From: "s2.ipynb", To: "s3.ipynb"}, {From: "s3.ipynb", To: "s4.ipynb"}, {From: "été\n1.md", To: "w é.md"}, {To: "s2.ipynb"}},
		{{To: "s5.ipynb"}},
	}
	if diff := cmp.Diff(want, moves(t, a, "", last)); diff != "" {
		t.Errorf("all of it (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:], moves(t, a, moved, last)); diff != "" {
		t.Errorf("the last of it (-want +got):\n%s", diff)
	}
	for _, since := range []string{last, first} {
		if got := moves(t, a, since, first); got != nil {
			t.Errorf("since %s: %v", since, got)
		}
	}
	for _, commits := range [][2]string{{"", strings.Repeat("1", 40)}, {strings.Repeat("1", 40), last}, {"", "main"}, {"--all", last}} {
		if got, err := (git.Runner{}).Moves(t.Context(), a.Dir, commits[0], commits[1], endings); err == nil || commits[0] != "" && !errors.Is(err, git.ErrNoRevision) {
			t.Errorf("%q: got %v, %v", commits, got, err)
		}
	}
}

// TestMovesOnBranches has both sides of a merge move something.
func TestMovesOnBranches(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": lesson("a"), "x.md": lesson("x")})
	a.Git("checkout", "--quiet", "-b", "side")
	a.Git("mv", "a.md", "b.md")
	a.Commit(nil)
	a.Git("mv", "b.md", "c.md")
	a.Commit(nil)
	a.Git("checkout", "--quiet", "main")
	a.Git("mv", "x.md", "y.md")
	a.Commit(nil)
	a.Git("merge", "--quiet", "--no-edit", "side")
	got := map[git.Move]bool{}
	for _, of := range moves(t, a, "", a.Git("rev-parse", "HEAD")) {
		for _, m := range of {
			got[m] = true
		}
	}
	want := map[git.Move]bool{{From: "a.md", To: "b.md"}: true, {From: "b.md", To: "c.md"}: true, {From: "x.md", To: "y.md"}: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
