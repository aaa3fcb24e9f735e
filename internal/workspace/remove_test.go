package workspace_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

// TestNoSaveIsLostToARemoval has Jupyter save all the time while the file is removed.
func TestNoSaveIsLostToARemoval(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	path := s.Path("nb.md")
	var gone []string // were not there any more when the next save began
	saves, last := 0, ""
	stop := s.Meanwhile(func() {
		if now, err := os.ReadFile(path); last != "" && (err != nil || string(now) != last) {
			gone = append(gone, last)
		}
		saves++
		last = version("jupyter", saves)
		if err := saveInPlace(path, last); err != nil {
			t.Error(err)
		}
	})
	removed := 0
	for n := 1; n <= 300 || removed < 50 && n < 3000; n++ {
		err := w.Remove("nb.md", workspace.ReplaceOptions{Keep: func(b []byte) error {
			if !whole(string(b)) {
				t.Errorf("half a save was kept: %d bytes", len(b))
			}
			return s.Keep(b)
		}})
		switch {
		case err == nil:
			removed++
		case nbhosting.KindOf(err) != nbhosting.Conflict: // always saving
			t.Fatal(err)
		}
	}
	stop()
	for _, content := range gone {
		if !s.Kept(content) {
			t.Fatalf("lost, of %d saves and %d removals: %.60q", saves, removed, content)
		}
	}
	if removed < 50 {
		t.Errorf("only %d removals", removed)
	}
	s.CheckNoLeftovers()
}

func TestRemoveIsDoneOnce(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	for range 2 { // at the second time, it is not there
		if err := w.Remove(workspacetest.Notebook, workspace.ReplaceOptions{Keep: s.Keep}); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(s.Path(workspacetest.Notebook)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	}
}
