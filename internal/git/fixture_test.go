package git_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/git"
)

// author makes repositories with the git program, as a teacher would.
type author struct {
	t   *testing.T
	dir string
}

func newAuthor(t *testing.T) author {
	t.Helper()
	a := author{t: t, dir: filepath.Join(t.TempDir(), "source")}
	if err := os.Mkdir(a.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	a.git("init", "--quiet", "--initial-branch=main")
	return a
}

func (a author) git(args ...string) string {
	a.t.Helper()
	cmd := exec.CommandContext(a.t.Context(), "git", args...)
	cmd.Dir = a.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2001-02-03T04:05:06+0100",
		"GIT_COMMITTER_NAME=Ada L <x>", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE=2011-12-13T14:15:16+0200")
	out, err := cmd.CombinedOutput()
	if err != nil {
		a.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func (a author) write(path, content string) {
	a.t.Helper()
	full := filepath.Join(a.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		a.t.Fatal(err)
	}
}

func (a author) commit(path, content string) {
	a.t.Helper()
	a.write(path, content)
	a.git("add", "--all", "--force")
	a.git("commit", "--quiet", "--message=change "+path)
}

// clone clones a's repository as a course would be.
func (a author) clone() string {
	a.t.Helper()
	dir := filepath.Join(a.t.TempDir(), "course")
	if err := runner().Clone(a.t.Context(), a.dir, dir); err != nil {
		a.t.Fatal(err)
	}
	return dir
}

func runner() git.Runner {
	return git.Runner{Timeout: time.Minute, NetworkTimeout: time.Minute}
}

func resolve(t *testing.T, dir, rev string) git.Commit {
	t.Helper()
	commit, err := runner().Resolve(context.Background(), dir, rev)
	if err != nil {
		t.Fatal(err)
	}
	return commit
}

// namesIn lists what a directory holds.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// importFrom runs git fast-import on a file of the repository in dir.
func importFrom(t *testing.T, dir, name string) {
	t.Helper()
	stream, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = dir, stream
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
