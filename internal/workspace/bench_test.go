package workspace_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/workspace"
)

// filled is a workspace of 2000 files of 20 kB in 50 folders.
func filled(b *testing.B) workspace.Workspace {
	top := b.TempDir()
	for _, dir := range []string{top, filepath.Dir(top)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			b.Fatal(err)
		}
	}
	all, err := workspace.New(filepath.Join(top, "students"), fixedUIDs(uid), 100000, 199999)
	if err != nil {
		b.Fatal(err)
	}
	w, err := all.Prepare(b.Context(), key)
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("print(\"hello\")\n", 1400)
	for i := range 2000 {
		file := fmt.Sprintf("week-%d/nb-%d.ipynb", i%50, i)
		if err := w.Replace(file, []byte(text), workspace.ReplaceOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

func BenchmarkRead(b *testing.B) {
	w := filled(b)
	for b.Loop() {
		if _, _, err := w.Read("week-0/nb-0.ipynb", 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReplace(b *testing.B) {
	w := filled(b)
	content := []byte(strings.Repeat("x", 20_000))
	for b.Loop() {
		if err := w.Replace("week-0/nb-0.ipynb", content, workspace.ReplaceOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkZip(b *testing.B) {
	w := filled(b)
	b.SetBytes(2000 * 21_000)
	for b.Loop() {
		if err := w.Zip(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUse(b *testing.B) {
	w := filled(b)
	for b.Loop() {
		if got, err := w.Use(b.Context()); got.Files != 2000 || err != nil {
			b.Fatal(got, err)
		}
	}
}
