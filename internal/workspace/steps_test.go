package workspace

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestExchangeWithoutTheSystemCall is for file systems that cannot exchange names.
func TestExchangeWithoutTheSystemCall(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	in, err := openFolder(root, ".")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := errors.Join(os.WriteFile(dir+"/a", []byte("A"), 0o644), os.WriteFile(dir+"/b", []byte("B"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := in.exchangeInSteps("a", "b"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "B", "b": "A"} {
		if got, _ := os.ReadFile(dir + "/" + name); string(got) != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if err := in.exchangeInSteps("none", "b"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
	if err := in.exchangeInSteps("a", "none"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(dir + "/b"); string(got) != "A" {
		t.Errorf("afterwards b holds %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}
