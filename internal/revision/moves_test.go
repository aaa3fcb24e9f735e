package revision_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// lesson is the text of a notebook that is like no other's.
func lesson(name string) string {
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "line %d of %s\n", i, name)
	}
	return text.String()
}

func (s site) current() *revision.Revision {
	s.T.Helper()
	r, err := s.Current(tour)
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(func() { r.Close() })
	return r
}

// lineage is what is known of names.
type lineage struct {
	former            map[string][]string
	origin, successor map[string]string
}

func (s site) wantLineage(want lineage) {
	s.T.Helper()
	r := s.current()
	for name, names := range want.former {
		if diff := cmp.Diff(names, r.Former(name)); diff != "" {
			s.T.Errorf("former names of %s (-want +got):\n%s", name, diff)
		}
	}
	for name, origin := range want.origin {
		if got := r.Origin(name); got != origin {
			s.T.Errorf("the origin of %s is %q, want %q", name, got, origin)
		}
	}
	for name, successor := range want.successor {
		if got := r.Successor(name); got != successor {
			s.T.Errorf("the successor of %s is %q, want %q", name, got, successor)
		}
	}
}

// history is a course whose notebooks move, commit by commit; the last names come out.
var history = []func(gittest.Author){
	func(a gittest.Author) {
		a.Commit(map[string]string{"a.ipynb": lesson("a"), "x.md": lesson("x"), "s1.md": lesson("s1"), "s2.md": lesson("s2"), "gone.md": lesson("gone")})
	},
	func(a gittest.Author) {
		a.Write(map[string]string{"w1/": ""})
		a.Git("mv", "a.ipynb", "w1/b.ipynb")
		a.Commit(nil)
	},
	func(a gittest.Author) {
		a.Git("mv", "gone.md", "left.md")
		a.Git("mv", "w1/b.ipynb", "w1/c.ipynb")
		a.Commit(map[string]string{"a.ipynb": lesson("another")})
	},
	func(a gittest.Author) {
		a.Git("mv", "a.ipynb", "d.ipynb")
		a.Git("rm", "--quiet", "left.md", "x.md")
		a.Commit(map[string]string{"x.ipynb": `{"cells": []}`})
	},
	func(a gittest.Author) {
		a.Commit(map[string]string{"s1.md": lesson("new"), "s2.md": lesson("s1"), "s3.md": lesson("s2")})
	},
	func(a gittest.Author) { a.Git("mv", "w1/c.ipynb", "é c.ipynb"); a.Commit(nil) },
}

var afterHistory = lineage{
	former: map[string][]string{
		"é c.ipynb": {"w1/c.ipynb", "w1/b.ipynb", "a.ipynb"}, "d.ipynb": {"a.ipynb"}, "a.ipynb": nil, "w1/b.ipynb": nil,
		"s1.md": nil, "s2.md": {"s1.md"}, "s3.md": {"s2.md"}, "left.md": {"gone.md"},
	},
	origin: map[string]string{
		"w1/b.ipynb": "é c.ipynb", "w1/c.ipynb": "é c.ipynb", "a.ipynb": "d.ipynb", "d.ipynb": "d.ipynb", "s1.md": "s1.md", "s2.md": "s2.md",
		"x.md": "", "gone.md": "", "left.md": "", "nothing.md": "", "../a.md": "",
	},
	successor: map[string]string{
		"w1/b.ipynb": "é c.ipynb", "w1/b.md": "é c.ipynb", "a.ipynb": "d.ipynb", "d.ipynb": "", "s1.md": "", "x.md": "x.ipynb", "x.ipynb": "",
		"gone.md": "", "left.md": "", "nothing": "",
	},
}

func TestMovesAreKnownHoweverOftenACourseIsPulled(t *testing.T) {
	for pulls := range 3 {
		a, s := gittest.NewAuthor(t), newSite(t)
		for i, change := range history {
			change(a)
			switch {
			case i == 0 && pulls > 0:
				s.create(a.Dir)
			case i == len(history)-1 && pulls == 0:
				s.create(a.Dir)
			case pulls == 1 && i%2 == 1 || pulls == 2:
				s.pull()
			}
		}
		s.wantLineage(afterHistory)
		if info := s.Stat("revisions/tour/current/moves.json"); info.Mode().Perm() != 0o600 {
			t.Errorf("students can read which names there were: %v", info.Mode())
		}
		s.loseMoves()
		a.Commit(map[string]string{"other.md": ""})
		s.pull()
		s.wantLineage(afterHistory)
	}
}

// loseMoves has the published revision not say what has moved.
func (s site) loseMoves() {
	s.T.Helper()
	if err := os.WriteFile(filepath.Join(s.Root, "revisions/tour/current/moves.json"), []byte("{}"), 0o600); err != nil {
		s.T.Fatal(err)
	}
}

func TestMovesOutliveARewrittenHistory(t *testing.T) {
	a, s := gittest.NewAuthor(t), newSite(t)
	a.Commit(map[string]string{"a.md": lesson("a")})
	s.create(a.Dir)
	a.Git("mv", "a.md", "b.md")
	a.Commit(nil)
	s.pull()
	a.Git("checkout", "--quiet", "--orphan", "fresh")
	a.Commit(nil)
	a.Git("branch", "--quiet", "--force", "main")
	a.Git("checkout", "--quiet", "main")
	s.pull()
	s.wantLineage(lineage{former: map[string][]string{"b.md": {"a.md"}}})
	// Not even the commit up to which history was known is there any more.
	s.clones.Remove(tour)
	a.Git("mv", "b.md", "c.md")
	a.Commit(nil)
	a.Git("branch", "--quiet", "-D", "fresh")
	a.Git("reflog", "expire", "--expire=now", "--all")
	a.Git("gc", "--quiet", "--prune=now")
	s.pull()
	s.wantLineage(lineage{origin: map[string]string{"a.md": "c.md", "b.md": "c.md"}})
}
