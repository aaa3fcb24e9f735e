package git_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

func TestCheckURLAccepts(t *testing.T) {
	for _, url := range []string{
		"https://github.com/parmentelat/flotpython-course.git",
		"http://127.0.0.1:3000/ada/course",
		"https://ada:t0ken@example.org/course",
		"https://t0ken@example.org/course",
		"ssh://git@example.org:2222/course.git",
		"ssh://example.org/~ada/course.git",
		"git://example.org/course",
		"git@github.com:ada/course.git",
		"git@[::1]:course",
		"a.b@example.org:~/my course.git",
		"file:///srv/git/course",
		"/srv/git/course",
		"/srv/git/my course, é",
	} {
		if err := git.CheckURL(url); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestCheckURLRefuses(t *testing.T) {
	for _, url := range []string{
		"", "none", "course", "../course", "./course", "~/course",
		"ext::sh -c x", "ext::ssh://x", "fd::17", "transport::address", "git@ext::x",
		"--upload-pack=touch x", "-oProxyCommand=x", "-x@example.org:course", "git@-oProxyCommand=x:course", "git@example.org:-x",
		"ssh://-oProxyCommand=x/course", "ssh://-l@example.org/course", "ssh://git:t0ken@example.org/course",
		"https://", "https:///course", "https://example.org", "https://example.org/", "file://", "file:///", "file://host/course",
		"ftp://example.org/course", "HTTPS://example.org/course", "javascript://x/y", "data:text/plain,x",
		"https://example.org/a\nb", "/srv/a\x00b", "https://example.org/a%0ab", "https://a%0ab@example.org/x", "git@host:a\rb", "/srv/\xff",
		"https://ada:t0k/en@example.org/x", "https://example.org:port/x", "https://exa mple.org/x",
		"https://example.org/" + strings.Repeat("x", 5000),
	} {
		err := git.CheckURL(url)
		if !errors.Is(err, git.ErrURL) {
			t.Errorf("%q: got %v, want ErrURL", url, err)
			continue
		}
		if strings.Contains(err.Error(), "t0k") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestOverSSH(t *testing.T) {
	for url, want := range map[string]bool{
		"ssh://git@example.org:2222/course.git": true, "git@github.com:ada/course.git": true, "git@[::1]:course": true,
		"https://t0ken@example.org/x:y": false, "git://example.org/course": false, "file:///srv/a@b:c": false, "/srv/git@host:course": false,
	} {
		if got := git.OverSSH(url); got != want {
			t.Errorf("%q: got %v", url, got)
		}
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ in, want string }{
		{"fatal: unable to access 'https://ada:t0ken@example.org/x/': no", "fatal: unable to access 'https://example.org/x/': no"},
		{"https://t0ken@h/x and ssh://git:p@ss@h/y", "https://h/x and ssh://h/y"},
		{"https://h/x?private_token=t0ken&a=b done", "https://h/x?… done"},
		{"git@example.org:course", "git@example.org:course"},
		{"mail ada@example.org about https://h/x@v2", "mail ada@example.org about https://h/x@v2"},
	}
	for _, test := range tests {
		if got := git.Redact(test.in); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://ada:t0ken@example.org/course")
	f.Add("git@example.org:course")
	f.Add("ext::sh -c x")
	f.Fuzz(func(t *testing.T, url string) {
		if git.CheckURL(url) != nil {
			return
		}
		if strings.HasPrefix(url, "-") || strings.ContainsAny(url, "\x00\r\n") {
			t.Errorf("accepted %q", url)
		}
		if before, _, found := strings.Cut(url, "::"); found && !strings.ContainsAny(before, "/[") {
			t.Errorf("accepted a remote helper: %q", url)
		}
	})
}
