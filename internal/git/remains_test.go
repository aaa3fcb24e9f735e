package git_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/git"
)

// remains are what a killed git leaves in a clone.
var remains = map[string]string{
	"HEAD.lock": "", "packed-refs.lock": "", "config.lock": "", "shallow.lock": "", "gc.pid": "1 here",
	"refs/remotes/origin/main.lock": "", "refs/tags/v1.lock": "", "objects/maintenance.lock": "",
	"objects/pack/tmp_pack_x1y2z3": "half", "objects/pack/.tmp-12-pack-ab.pack": "half", "objects/ab/tmp_obj_x": "half",
	"objects/pack/pack-1234.keep": "fetch-pack 12 on here\n",
}

func TestFetchMendsWhatAKillLeft(t *testing.T) {
	a := newAuthor(t)
	a.commit("a", "1")
	dir := a.clone()
	for path, text := range remains {
		full := filepath.Join(dir, ".git", path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	mine := filepath.Join(dir, ".git/objects/pack/pack-5678.keep")
	if err := os.WriteFile(mine, []byte("by hand"), 0o444); err != nil {
		t.Fatal(err)
	}
	a.commit("a", "2")
	a.git("tag", "v1")
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Fatal(err)
	}
	if got, want := resolve(t, dir, "refs/remotes/origin/main"), resolve(t, a.dir, "main"); got != want {
		t.Errorf("fetched %v, want %v", got, want)
	}
	for path := range remains {
		if _, err := os.Lstat(filepath.Join(dir, ".git", path)); err == nil {
			t.Errorf("left: %s", path)
		}
	}
	if _, err := os.Lstat(mine); err != nil {
		t.Errorf("what an administrator keeps: %v", err)
	}
}

// TestFetchWaitsForAnother holds a clone as the git of a killed program does.
func TestFetchWaitsForAnother(t *testing.T) {
	a := newAuthor(t)
	a.commit("a", "1")
	dir := a.clone()
	other, err := os.Open(filepath.Join(dir, ".git"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, ".git/packed-refs.lock")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r := git.Runner{NetworkTimeout: 200 * time.Millisecond}
	if err := r.Fetch(t.Context(), dir, ""); err == nil {
		t.Error("it did not wait")
	}
	if _, err := os.Lstat(lock); err != nil {
		t.Errorf("it touched what another holds: %v", err)
	}
	other.Close()
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Error(err)
	}
}

// TestMain lets a test run this program a second time, in order to kill it: see
// TestGitEndsWithTheProgram.
func TestMain(m *testing.M) {
	if args := os.Getenv("GIT_TEST_FETCH"); args != "" {
		dir, url, _ := strings.Cut(args, "\n")
		_ = runner().Fetch(context.Background(), dir, url)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestGitEndsWithTheProgram(t *testing.T) {
	a := newAuthor(t)
	a.commit("a", "1")
	dir := a.clone()
	address, open := silence(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "GIT_TEST_FETCH="+dir+"\ngit://"+address+"/course.git")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); open.Load() == 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if open.Load() == 0 {
		t.Error("it asked nobody")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	gone(t, open)
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Errorf("the next fetch: %v", err)
	}
}
