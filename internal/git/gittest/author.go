package gittest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Author makes a repository with the git program, as a teacher does.
type Author struct {
	T    testing.TB
	Dir  string
	Date string // of commits; empty: the constant Date
}

// NewAuthor returns the author of an empty repository, in a directory named source.
func NewAuthor(t testing.TB) Author {
	t.Helper()
	a := Author{T: t, Dir: filepath.Join(t.TempDir(), "source")}
	Init(t, a.Dir)
	return a
}

// Beside returns an author whose repository lies beside a's.
func (a Author) Beside(name string) Author {
	a.T.Helper()
	b := Author{T: a.T, Dir: filepath.Join(filepath.Dir(a.Dir), name)}
	Init(a.T, b.Dir)
	return b
}

// Git runs git in the repository and returns what it says.
func (a Author) Git(args ...string) string {
	a.T.Helper()
	return Git(a.T, a.Dir, cmp.Or(a.Date, Date), args...)
}

// Write writes files, to be committed.
func (a Author) Write(files map[string]string) {
	a.T.Helper()
	Write(a.T, a.Dir, files)
}

// Commit adds files to the repository, with all that was written before, and
// returns the hash of the commit.
func (a Author) Commit(files map[string]string) string {
	a.T.Helper()
	a.Write(files)
	a.Git("add", "--all", "--force")
	a.Git("commit", "--quiet", "--allow-empty", "--message=change")
	return a.Git("rev-parse", "HEAD")
}

// Link makes symlinks, by path, to be committed.
func (a Author) Link(targets map[string]string) {
	a.T.Helper()
	for path, target := range targets {
		full := filepath.Join(a.Dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			a.T.Fatal(err)
		}
		if err := os.Symlink(target, full); err != nil {
			a.T.Fatal(err)
		}
	}
}

// Submodule makes the commit of another repository a submodule, to be committed.
func (a Author) Submodule(path, url, commit string) {
	a.T.Helper()
	said, err := os.ReadFile(filepath.Join(a.Dir, ".gitmodules"))
	if err != nil && !os.IsNotExist(err) {
		a.T.Fatal(err)
	}
	a.Write(map[string]string{".gitmodules": string(said) + fmt.Sprintf("[submodule %q]\n\tpath = %s\n\turl = %s\n", path, path, url)})
	if err := os.MkdirAll(filepath.Join(a.Dir, path), 0o755); err != nil {
		a.T.Fatal(err)
	}
	a.Git("update-index", "--add", "--cacheinfo", "160000,"+commit+","+path)
}

// Object stores a file and returns its hash.
func (a Author) Object(content string) string {
	a.T.Helper()
	path := filepath.Join(a.T.TempDir(), "blob")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		a.T.Fatal(err)
	}
	return a.Git("hash-object", "-t", "blob", "-w", path)
}
