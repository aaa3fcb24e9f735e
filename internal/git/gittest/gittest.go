// Package gittest makes repositories for tests, with the git program and as a
// teacher does: nothing of this host's configuration plays a part.
package gittest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Date is when everything is committed, where a test says nothing else. The zone
// is not UTC.
const Date = "2011-12-13T14:15:16+02:00"

// Init makes a repository of dir, which it makes, too.
func Init(t testing.TB, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	Git(t, dir, Date, "init", "--quiet", "--initial-branch=main")
}

// Git runs git in dir and returns what it says, without the space around it. What
// it commits has that date.
func Git(t testing.TB, dir, date string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2001-02-03T04:05:06+0100",
		"GIT_COMMITTER_NAME=Ada L <x>", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// Write writes files below dir; a name that ends in a slash is a directory.
func Write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		full := filepath.Join(dir, path)
		parent := filepath.Dir(full)
		isDir := strings.HasSuffix(path, "/")
		if isDir {
			parent = full
		}
		if err := os.MkdirAll(parent, 0o755); err != nil {
			t.Fatal(err)
		}
		if isDir {
			continue
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Import makes a commit of a stream of git fast-import.
func Import(t testing.TB, dir, stream string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stream)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
