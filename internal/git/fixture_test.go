package git_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

// author makes repositories with the git program, as a teacher would.
type author struct {
	t   *testing.T
	dir string
}

func newAuthor(t *testing.T) author {
	t.Helper()
	a := author{t: t, dir: filepath.Join(t.TempDir(), "source")}
	gittest.Init(t, a.dir)
	return a
}

func (a author) git(args ...string) string {
	a.t.Helper()
	return gittest.Git(a.t, a.dir, gittest.Date, args...)
}

func (a author) write(path, content string) {
	a.t.Helper()
	gittest.Write(a.t, a.dir, map[string]string{path: content})
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
