package git

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// removeRemains removes from a clone what a git left that was killed, or that
// met a full disk: lock files, because of which every later fetch would fail,
// and parts of packs, which nothing else removes for weeks. Whoever calls it
// holds the clone.
func removeRemains(dir string) {
	gitDir := filepath.Join(dir, ".git")
	for _, pattern := range []string{
		"*.lock", "gc.pid", "objects/*.lock", "objects/info/*.lock", "objects/info/commit-graphs/*.lock", "objects/pack/*.lock",
		"objects/pack/tmp_*", "objects/pack/.tmp-*", "objects/[0-9a-f][0-9a-f]/tmp_obj_*",
	} {
		found, _ := filepath.Glob(filepath.Join(gitDir, pattern))
		for _, path := range found {
			_ = os.Remove(path)
		}
	}
	for _, refs := range []string{"refs", "logs"} {
		// No ref has a name that ends like this: git forbids it.
		_ = filepath.WalkDir(filepath.Join(gitDir, refs), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".lock") {
				_ = os.Remove(path)
			}
			return nil
		})
	}
	removeKeeps(gitDir)
}

// removeKeeps removes the marks by which a fetch protects its pack until its
// refs are written: those that stay keep the pack from ever being repacked.
func removeKeeps(gitDir string) {
	found, _ := filepath.Glob(filepath.Join(gitDir, "objects/pack/pack-*.keep"))
	for _, path := range found {
		if text, err := os.ReadFile(path); err == nil && bytes.HasPrefix(text, []byte("fetch-pack ")) {
			_ = os.Remove(path)
		}
	}
}
