package git_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git"
)

func TestSnapshotCommitsWhatChanged(t *testing.T) {
	dir := t.TempDir()
	var r git.Runner
	head := func() string {
		t.Helper()
		if err := r.Snapshot(t.Context(), dir, "as they are"); err != nil {
			t.Fatal(err)
		}
		c, err := r.Resolve(t.Context(), dir, "refs/heads/main")
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.md", "one")
	first := head()
	if again := head(); again != first {
		t.Error("a commit without a change")
	}
	write("a.md", "two")
	write("b.md", "new")
	second := head()
	if second == first {
		t.Error("no commit of a change")
	}
	entries, err := r.Tree(t.Context(), dir, second)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v", entries, err)
	}
}
