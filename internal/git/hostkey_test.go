package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

func TestForgetHost(t *testing.T) {
	const (
		plain    = "example.org ssh-ed25519 AAAA1\n"
		other    = "example.org.evil ssh-ed25519 AAAA2\n"
		withPort = "[example.org]:2222 ssh-ed25519 AAAA3\n"
		two      = "git.example.org,192.0.2.1 ssh-rsa AAAA4\n"
		six      = "::1 ssh-ed25519 AAAA5\n"
		sixPort  = "[::1]:2222 ssh-ed25519 AAAA6\n"
		note     = "# example.org is a comment\n"
		all      = plain + other + note + withPort + two + six + sixPort
	)
	for host, gone := range map[string]string{
		"example.org": plain, "EXAMPLE.org": plain, "example.org:22": plain, "ssh://git@example.org/course": plain,
		"example.org:2222": withPort, "[example.org]:2222": withPort, "ssh://git@example.org:2222/x": withPort,
		"192.0.2.1": two, "::1": six, "[::1]": six, "[::1]:22": six, "[::1]:2222": sixPort, "ssh://[::1]:2222/x": sixPort,
		"example": "", "absent.org": "", "ssh-ed25519": "",
	} {
		path := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(path, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := git.ForgetHost(path, host)
		text, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || found != (gone != "") {
			t.Errorf("%s: %v, %v, %v", host, found, err, readErr)
		}
		if want := without(all, gone); string(text) != want {
			t.Errorf("%s: left\n%swant\n%s", host, text, want)
		}
		if names := namesIn(t, filepath.Dir(path)); len(names) != 1 {
			t.Errorf("%s: beside the file: %q", host, names)
		}
	}
}

func without(all, part string) string {
	for i := range all {
		if part != "" && all[i:i+len(part)] == part {
			return all[:i] + all[i+len(part):]
		}
	}
	return all
}

func TestForgetHostOfNoFile(t *testing.T) {
	if found, err := git.ForgetHost(filepath.Join(t.TempDir(), "absent"), "example.org"); found || err != nil {
		t.Errorf("got %v, %v", found, err)
	}
	for _, host := range []string{"", "#", "two words", "*", "a,b", "|1|x", "git@example.org", ":22", "[]:22"} {
		if _, err := git.ForgetHost(filepath.Join(t.TempDir(), "absent"), host); !errors.Is(err, git.ErrURL) {
			t.Errorf("%q: got %v, want ErrURL", host, err)
		}
	}
}
