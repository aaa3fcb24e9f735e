package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestTooManyNotebooks(t *testing.T) {
	s := opened(t, t.TempDir())
	keep := func(file string) error {
		_, err := s.Keep(t.Context(), bob, file, []byte(file), Note{Why: Save})
		return err
	}
	if err := keep(nb); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(s.packOf(t))
	for i := 1; i < mostNotebooks; i++ {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep("one more.ipynb"); !errors.Is(err, errTooMany) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Keep(t.Context(), bob, nb, []byte("more"), Note{Why: Save}); err != nil {
		t.Errorf("one that has a history: %v", err)
	}
}
