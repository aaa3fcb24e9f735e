package history_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// smallDisk makes a file system of 1 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill leaves so many bytes of room on a disk.
func fill(t *testing.T, dir string, room int64) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(max(0, info.Size()-room)); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskTakesNothing(t *testing.T) {
	for _, room := range []int64{0, 4096, 8192, 20_000} {
		disk := smallDisk(t)
		s := open(t, filepath.Join(disk, "history"))
		want := map[string]string{}
		try := func(i int) error {
			content := strings.Repeat("same\n", 100) + string(noise(uint64(i), 1500))
			v, err := s.Keep(t.Context(), alice, intro, []byte(content), history.Note{Why: history.Save, Time: noon.Add(time.Duration(i) * time.Minute)})
			if err == nil {
				want[v.ID] = content
			}
			return err
		}
		check := func(when string) {
			t.Helper()
			for _, s := range []*history.Store{s, open(t, filepath.Join(disk, "history"))} {
				if n := len(versions(t, s)); n != len(want) {
					t.Fatalf("%s: %d versions, want %d", when, n, len(want))
				}
				for id, content := range want {
					wantContent(t, s, id, content)
				}
			}
		}
		for i := range 150 { // two hours and a half
			if err := try(i); err != nil {
				t.Fatal(err)
			}
		}
		fill(t, disk, room)
		failed := 0
		for i := range 40 {
			if err := try(150 + i); err != nil {
				sitetest.WantKind(t, err, nbhosting.Unavailable)
				failed++
			}
		}
		if failed == 0 {
			t.Fatal("the disk was never full")
		}
		check("full")
		if err := s.Sync(alice, intro); err != nil {
			t.Error(err)
		}
		other := nbhosting.Key{Course: "tour", Student: "bob"}
		if _, err := s.Keep(t.Context(), other, intro, noise(1, 30_000), history.Note{Why: history.Save}); nbhosting.KindOf(err) != nbhosting.Unavailable {
			t.Errorf("a first version: %v", err)
		}
		if v, err := s.Versions(other, intro); len(v) > 0 || err != nil {
			t.Errorf("of the first version: %v, %v", v, err)
		}
		later := noon.Add(26 * time.Hour) // thins the first two hours, all but the last of each
		if err := s.Thin(t.Context(), later); err == nil {
			t.Log("there was room to thin") // small as the new file is
		} else {
			check("thinned in vain")
		}
		if err := os.Remove(filepath.Join(disk, "filler")); err != nil {
			t.Fatal(err)
		}
		if err := try(500); err != nil {
			t.Error(err)
		}
		if _, err := s.Keep(t.Context(), other, intro, []byte("x"), history.Note{Why: history.Save}); err != nil {
			t.Error(err)
		}
		if err := s.Thin(t.Context(), later); err != nil {
			t.Error(err)
		}
		left := versions(t, s)
		for _, v := range left {
			wantContent(t, s, v.ID, want[v.ID])
		}
		if len(left) >= len(want) || len(left) < 32 {
			t.Errorf("%d versions are left of %d", len(left), len(want))
		}
	}
}

func TestAFullHistory(t *testing.T) {
	s := newStore(t)
	s.MaxBytes = 300 << 10
	now := noon
	save := func(size int, note history.Note) error {
		now = now.Add(time.Minute)
		note.Time = now
		_, err := s.Keep(t.Context(), alice, intro, noise(uint64(now.Unix()), size), note)
		return err
	}
	for i := range 500 { // as long as thinning makes room, nobody is told
		if err := save(10<<10, history.Note{Why: history.Save}); err != nil {
			t.Fatalf("save %d: %v", i, err)
		}
		if used, err := s.Use(alice); err != nil || used > s.MaxBytes {
			t.Fatalf("save %d: %d bytes are used, %v", i, used, err)
		}
	}
	latest, _, err := s.Latest(alice, intro)
	if err != nil || !latest.Time.Equal(now) {
		t.Errorf("%+v, %v", latest, err)
	}
	// What is replaced stays, so that the history becomes full.
	for err == nil {
		err = save(10<<10, history.Note{Why: history.Reset})
	}
	wantFull(t, err)
	if used, err := s.Use(alice); err != nil || used <= s.MaxBytes || used > 2*s.MaxBytes {
		t.Errorf("%d bytes are used, %v", used, err)
	}
	before := versions(t, s)
	wantFull(t, save(100, history.Note{Why: history.Save}))
	wantFull(t, save(50<<10, history.Note{Why: history.Save, Must: true}))
	after := versions(t, s)
	if len(after) != len(before) {
		t.Errorf("%d versions, then %d", len(before), len(after))
	}
	for _, v := range after {
		if _, _, err := s.Read(alice, intro, v.ID); err != nil {
			t.Error(err)
		}
	}
	// Others have room.
	other := nbhosting.Key{Course: "tour", Student: "bob"}
	if _, err := s.Keep(t.Context(), other, intro, noise(1, 10_000), history.Note{Why: history.Save}); err != nil {
		t.Error(err)
	}
	// So has she, a week later.
	now = now.Add(8 * 24 * time.Hour)
	if err := s.Thin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if err := save(10<<10, history.Note{Why: history.Save}); err != nil {
		t.Error(err)
	}
}

func wantFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, history.ErrFull) || nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("got %v", err)
	}
}

func TestWhatMustBeKeptIsKeptBeyondTheBound(t *testing.T) {
	s := newStore(t)
	s.MaxBytes = 50 << 10
	for i, c := range []struct {
		note history.Note
		full bool
	}{
		{history.Note{Why: history.Save}, false},
		{history.Note{Why: history.Save}, true},
		{history.Note{Why: history.Save, Must: true}, false},
		{history.Note{Why: history.Save, Must: true}, true},
	} {
		// Of each notebook the newest version stays in any case.
		_, err := s.Keep(t.Context(), alice, fileNumber(i), noise(uint64(i), 40<<10), c.note)
		if errors.Is(err, history.ErrFull) != c.full {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func fileNumber(i int) string { return "w1/" + string(rune('a'+i)) + ".ipynb" }
