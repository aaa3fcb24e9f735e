package history_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/history"
)

func TestFigures(t *testing.T) {
	s := newStore(t)
	if got := s.Figures(); got != (history.Figures{}) {
		t.Errorf("at first: %+v", got)
	}
	keep(t, s, "a", history.Note{Why: history.Save})
	keep(t, s, "a", history.Note{Why: history.Save}) // is the same
	keep(t, s, "b", history.Note{Why: history.Save})
	got := s.Figures()
	if got.Versions != 2 || got.Written == 0 || got.Measured {
		t.Errorf("after two versions: %+v", got)
	}
	if err := s.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	measured := s.Figures()
	if used, err := s.Use(alice); err != nil || measured.Size != used || !measured.Measured {
		t.Errorf("%+v where %d bytes are used (%v)", measured, used, err)
	}
	keep(t, s, "c", history.Note{Why: history.Save})
	if used, err := s.Use(alice); err != nil || s.Figures().Size != used {
		t.Errorf("after one more: %+v where %d bytes are used (%v)", s.Figures(), used, err)
	}
	s.MaxBytes = 1
	if _, err := s.Keep(t.Context(), alice, intro, []byte("d"), history.Note{Why: history.Save}); err == nil || s.Figures().Refused != 1 {
		t.Errorf("%v: %+v", err, s.Figures())
	}
}

func TestMeasureOfADirectoryWithOtherThingsInIt(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, ".x", "?"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Measure(t.Context()); err != nil || s.Figures().Size != 0 {
		t.Errorf("%v, %+v", err, s.Figures())
	}
}
