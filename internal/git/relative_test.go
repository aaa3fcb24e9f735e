package git_test

import (
	"errors"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

func TestSubmoduleURL(t *testing.T) {
	for _, c := range []struct{ course, parent, raw, want string }{
		// Absolute ones stay as they are.
		{"https://h/a.git", "https://h/a.git", "https://other/b.git", "https://other/b.git"},
		{"https://h/a.git", "https://h/a.git", "git@other:b.git", "git@other:b.git"},
		{"/srv/a", "/srv/a", "/srv/b", "/srv/b"},
		{"/srv/a", "file:///srv/a", "file:///srv/b", "file:///srv/b"},
		// Relative ones are joined as git does.
		{"https://h/team/a.git", "https://h/team/a.git", "../b.git", "https://h/team/b.git"},
		{"https://h/team/a.git", "https://h/team/a.git/", "./../b.git/", "https://h/team/b.git"},
		{"https://h/team/a.git", "https://h/team/a.git", "../../else/b.git", "https://h/else/b.git"},
		{"https://h/a.git", "https://h/a.git", "./b.git", "https://h/a.git/b.git"},
		{"git@h:a.git", "git@h:a.git", "../b.git", "git@h:b.git"},
		{"git@h:team/a.git", "git@h:team/a.git", "../b.git", "git@h:team/b.git"},
		{"ssh://git@h:22/a.git", "ssh://git@h:22/a.git", "../b.git", "ssh://git@h:22/b.git"},
		{"/srv/a", "/srv/a", "../b", "/srv/b"},
		{"file:///srv/a", "file:///srv/a", "../b", "file:///srv/b"},
		// The password goes to the same place only.
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "../b.git", "https://u:p@h/b.git"},
		{"https://u:p@h/a.git", "https://h/b.git", "../c.git", "https://u:p@h/c.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "https://H/b.git", "https://u:p@H/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "https://mine@h/b.git", "https://mine@h/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "https://h.evil/b.git", "https://h.evil/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "https://h:444/b.git", "https://h:444/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "http://h/b.git", "http://h/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "../../evil/b.git", "https://evil/b.git"},
		{"https://u:p@h/a.git", "https://u:p@h/a.git", "ssh://h/b.git", "ssh://h/b.git"},
		{"https://h/a.git", "https://me:secret@other/b.git", "../c.git", "https://other/c.git"},
	} {
		got, err := git.SubmoduleURL(c.course, c.parent, c.raw)
		if got != c.want || err != nil {
			t.Errorf("%s in %s: got %q, %v, want %q", c.raw, c.parent, got, err, c.want)
		}
	}
}

func TestSubmoduleURLsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ parent, raw string }{
		{"https://h/a.git", "/etc"},
		{"https://h/a.git", "file:///etc"},
		{"git@h:a.git", "/etc"},
		{"https://h/a.git", "ext::sh -c id"},
		{"https://h/a.git", "--upload-pack=id"},
		{"https://h/a.git", ""},
		{"https://h/a.git", "b.git"},
		{"https://h/a.git", "../../../../../etc"},
		{"git@h:a.git", "../../../etc"},
		{"/a", "../../b"},
		{"https://h/a.git", "../b\nc"},
	} {
		if got, err := git.SubmoduleURL("/srv/course", c.parent, c.raw); !errors.Is(err, git.ErrURL) {
			t.Errorf("%q in %s: got %q, %v", c.raw, c.parent, got, err)
		}
	}
}
