package git_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nbhosting/nbhosting/internal/git"
)

func TestCloneHasBranchesAndNoFiles(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	a.git("branch", "spring")
	dir := a.clone()

	if got := namesIn(t, dir); !cmp.Equal(got, []string{".git"}) {
		t.Errorf("clone holds %q, want .git alone", got)
	}
	if resolve(t, dir, "refs/remotes/origin/main") != resolve(t, dir, "refs/remotes/origin/spring") {
		t.Error("branches of the clone differ, as they do not in the source")
	}
	if got := namesIn(t, filepath.Dir(dir)); !cmp.Equal(got, []string{"course"}) {
		t.Errorf("beside the clone: %q", got)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the clone: %v, %v", info.Mode(), err)
	}
}

func TestCloneLeavesNothingHalfMade(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(plain, []byte("no repository"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, url string
		want      error
	}{
		{"absent", filepath.Join(t.TempDir(), "absent"), git.ErrNotFound},
		{"absent file URL", "file://" + filepath.Join(t.TempDir(), "absent"), git.ErrNotFound},
		{"directory without repository", t.TempDir(), git.ErrNotRepository},
		{"plain file", plain, git.ErrNotRepository},
		{"closed port", "http://127.0.0.1:1/course.git", git.ErrUnreachable},
		{"closed git port", "git://127.0.0.1:1/course.git", git.ErrUnreachable},
		{"unknown host", "http://course.invalid/x.git", git.ErrUnknownHost},
		{"other transport", "ext::touch /tmp/x", git.ErrURL},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			err := runner().Clone(t.Context(), test.url, filepath.Join(parent, "course"))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if got := namesIn(t, parent); len(got) > 0 {
				t.Errorf("left behind: %q", got)
			}
		})
	}
}

func TestCloneDoesNotReplace(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	dir := a.clone()
	before := resolve(t, dir, "HEAD")
	if err := runner().Clone(t.Context(), a.dir, dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if resolve(t, dir, "HEAD") != before {
		t.Error("the clone that was there has changed")
	}
}

func TestCloneRemovesAbandonedWork(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	parent := t.TempDir()
	abandoned, busy := filepath.Join(parent, ".course.clone-1"), filepath.Join(parent, ".course.clone-2")
	for _, dir := range []string{abandoned, busy} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	other, err := os.Open(busy)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if err := runner().Clone(t.Context(), a.dir, filepath.Join(parent, "course")); err != nil {
		t.Fatal(err)
	}
	if got, want := namesIn(t, parent), []string{".course.clone-2", "course"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMissingProgramIsTold(t *testing.T) {
	for _, program := range []string{"no-such-git-program", "/nonexistent/git"} {
		r := git.Runner{Program: program}
		err := r.Clone(t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "course"))
		if !errors.Is(err, git.ErrProgramMissing) {
			t.Errorf("%s: got %v, want ErrProgramMissing", program, err)
		}
	}
}

// A source owned by somebody else is served all the same.
func TestCloneOfAnotherOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a repository away")
	}
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	err := filepath.WalkDir(a.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, 12345, 12345))
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := a.clone()
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Error(err)
	}
	if err := runner().Clone(t.Context(), "file://"+a.dir, dir+"2"); err != nil {
		t.Error(err)
	}
}

func TestFailureIsOneLine(t *testing.T) {
	err := runner().Clone(t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "course"))
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q", err)
	}
}
