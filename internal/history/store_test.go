package history_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestMain(m *testing.M) {
	sitetest.UseMemory()
	keepUntilKilled()
	os.Exit(m.Run())
}

var alice = nbhosting.Key{Course: "tour", Student: "alice"}

const intro = "w1/intro.ipynb"

// noon is when most tests begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string) *history.Store {
	t.Helper()
	s, err := history.Open(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newStore(t *testing.T) *history.Store { return open(t, filepath.Join(t.TempDir(), "history")) }

func keep(t *testing.T, s *history.Store, content string, note history.Note) history.Version {
	t.Helper()
	v, err := s.Keep(t.Context(), alice, intro, []byte(content), note)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantContent(t *testing.T, s *history.Store, id, want string) {
	t.Helper()
	content, v, err := s.Read(alice, intro, id)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != want || v.ID != id || v.Size != int64(len(want)) {
		t.Fatalf("%s: %d bytes, want %d (%+v)", id, len(content), len(want), v)
	}
}

func versions(t *testing.T, s *history.Store) []history.Version {
	t.Helper()
	all, err := s.Versions(alice, intro)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryVersionIsThereWithWhatIsToldOfIt(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	notes := []history.Note{
		{Why: history.Copied, Time: noon, Commit: "c1", CourseFile: "w1/intro.md", Base: true},
		{Why: history.Save, Time: noon.Add(time.Minute)},
		{Why: history.Reset, Time: noon.Add(2 * time.Minute), Commit: "c1", Base: true},
		{Why: history.Restore, Time: noon.Add(3 * time.Minute), Of: "some"},
	}
	contents := []string{"first", "second", "first", ""}
	var kept []history.Version
	for i, note := range notes {
		kept = append(kept, keep(t, s, contents[i], note))
	}
	for _, s := range []*history.Store{s, open(t, dir)} {
		all := versions(t, s)
		if !slices.Equal(all, kept) {
			t.Fatalf("got %+v\nwant %+v", all, kept)
		}
		for i, v := range all {
			if v.Note != notes[i] {
				t.Errorf("got %+v, want %+v", v.Note, notes[i])
			}
			wantContent(t, s, v.ID, contents[i])
		}
		if v, ok, err := s.Latest(alice, intro); v != kept[3] || !ok || err != nil {
			t.Errorf("latest: %+v, %v, %v", v, ok, err)
		}
		if content, v, ok, err := s.Base(alice, intro); string(content) != "first" || v != kept[2] || !ok || err != nil {
			t.Errorf("base: %q, %+v, %v, %v", content, v, ok, err)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := newStore(t)
	for range 2 {
		for _, id := range []string{"", "x", "20260302-120000.000-00000000", "20260302-120000.000-0000000g", strings.Repeat("é", 14)} {
			_, _, err := s.Read(alice, intro, id)
			sitetest.WantKind(t, err, nbhosting.NotFound)
		}
		if _, _, ok, err := s.Base(alice, intro); ok || err != nil {
			t.Errorf("base: %v, %v", ok, err)
		}
		keep(t, s, "x", history.Note{Why: history.Save})
	}
	bob := nbhosting.Key{Course: "tour", Student: "bob"}
	if _, ok, err := s.Latest(bob, intro); ok || err != nil {
		t.Errorf("latest: %v, %v", ok, err)
	}
	if files, err := s.Notebooks(bob); len(files) > 0 || err != nil {
		t.Errorf("notebooks: %q, %v", files, err)
	}
	if n, err := s.Use(bob); n != 0 || err != nil {
		t.Errorf("use: %d, %v", n, err)
	}
	if err := s.Sync(bob, intro); err != nil {
		t.Error(err)
	}
}

func TestASaveOfTheSameIsNoVersion(t *testing.T) {
	s := newStore(t)
	first := keep(t, s, "a", history.Note{Why: history.Copied, Commit: "c", Base: true, Time: noon})
	for _, why := range []history.Why{history.Save, history.Found} {
		if v := keep(t, s, "a", history.Note{Why: why}); v != first {
			t.Errorf("%s: %+v", why, v)
		}
	}
	if v := keep(t, s, "a", history.Note{Why: history.Copied, Commit: "c", Base: true}); v != first {
		t.Errorf("told again: %+v", v)
	}
	if v := keep(t, s, "a", history.Note{Why: history.Copied, Commit: "d", Base: true, Time: noon}); v.ID == first.ID || v.Commit != "d" {
		t.Errorf("another commit: %+v", v)
	}
	if n := len(versions(t, s)); n != 2 {
		t.Errorf("%d versions", n)
	}
}

func TestTheSameContentIsStoredOnce(t *testing.T) {
	s := newStore(t)
	text := string(noise(1, 50_000))
	a := keep(t, s, text, history.Note{Why: history.Save, Time: noon})
	keep(t, s, "b", history.Note{Why: history.Save, Time: noon})
	again := keep(t, s, text, history.Note{Why: history.Restore, Of: a.ID, Time: noon})
	if again.ID == a.ID || again.Stored > 400 {
		t.Errorf("got %+v", again)
	}
	wantContent(t, s, again.ID, text)
	wantContent(t, s, a.ID, text)
}

func TestVersionsOfOneMomentAreApart(t *testing.T) {
	s := newStore(t)
	seen := map[string]string{}
	for i := range 50 {
		content := string(rune('a' + i%2))
		seen[keep(t, s, content, history.Note{Why: history.Save, Time: noon}).ID] = content
	}
	if len(seen) != 50 {
		t.Fatalf("%d IDs", len(seen))
	}
	for id, content := range seen {
		wantContent(t, s, id, content)
	}
}

func TestOddNames(t *testing.T) {
	s := newStore(t)
	key := nbhosting.Key{Course: "été", Student: "学生-1"}
	names := []string{
		"a.ipynb", "A.ipynb", "w1/a.ipynb", "é.ipynb", "e\u0301.ipynb", "\u202egnp.ipynb", "\u2028.ipynb", "😀/<b>&\"'.ipynb", " .ipynb", "a\\b.ipynb",
		"\ufffd.ipynb", "%2e%2e.ipynb", strings.Repeat("x", 255), strings.Repeat("深い/", 300) + "n.ipynb",
	}
	for _, name := range names {
		if _, err := s.Keep(t.Context(), key, name, []byte(name), history.Note{Why: history.Save}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
	}
	got, err := s.Notebooks(key)
	slices.Sort(names)
	if err != nil || !slices.Equal(got, names) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range names {
		v, _, _ := s.Latest(key, name)
		if content, _, err := s.Read(key, name, v.ID); string(content) != name || err != nil {
			t.Errorf("%q: %q, %v", name, content, err)
		}
	}
	for _, name := range []string{"", "../x", "/etc/x", "a//b", ".", "a\nb", "a\x00b", "\xff.ipynb"} {
		_, err := s.Keep(t.Context(), key, name, nil, history.Note{Why: history.Save})
		sitetest.WantKind(t, err, nbhosting.Invalid)
	}
	for _, key := range []nbhosting.Key{{Course: "..", Student: "a"}, {Course: "a", Student: "../b"}, {}} {
		_, err := s.Keep(t.Context(), key, intro, nil, history.Note{Why: history.Save})
		sitetest.WantKind(t, err, nbhosting.Invalid)
		if _, err := s.Use(key); err == nil {
			t.Errorf("use of %+v", key)
		}
		if _, err := s.Notebooks(key); err == nil {
			t.Errorf("notebooks of %+v", key)
		}
	}
}

func TestOnlyItsOwnerReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	s := open(t, dir)
	keep(t, s, "a", history.Note{Why: history.Save})
	for _, path := range []string{".", "tour", "tour/alice"} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if info, err := os.Stat(packs(t, dir)[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestTooLargeAContent(t *testing.T) {
	s := newStore(t)
	_, err := s.Keep(t.Context(), alice, intro, make([]byte, history.MaxContent+1), history.Note{Why: history.Save})
	sitetest.WantKind(t, err, nbhosting.Invalid)
	if !errors.Is(err, history.ErrTooLarge) {
		t.Error(err)
	}
	largest := make([]byte, history.MaxContent)
	times := 3
	if underRace {
		times = 1
	}
	for i := range times {
		largest[i<<20] = 1
		v, err := s.Keep(t.Context(), alice, intro, largest, history.Note{Why: history.Save})
		if err != nil {
			t.Fatal(err)
		}
		if content, _, err := s.Read(alice, intro, v.ID); err != nil || !bytes.Equal(content, largest) {
			t.Errorf("%d bytes, %v", len(content), err)
		}
	}
}

func TestManyVersions(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	n := 10_000
	if underRace {
		n = 1000
	}
	ids := make([]string, n)
	of := func(i int) string {
		return "# " + strings.Repeat("line\n", 200) + strings.Repeat("x", i%97) + time.Duration(i).String()
	}
	for i := range n {
		ids[i] = keep(t, s, of(i), history.Note{Why: history.Save, Time: noon.Add(time.Duration(i) * time.Second)}).ID
	}
	again := open(t, dir)
	if all := versions(t, again); len(all) != n {
		t.Fatalf("%d versions", len(all))
	}
	for i := 0; i < n; i += 37 {
		wantContent(t, again, ids[i], of(i))
	}
	used, err := again.Use(alice)
	if err != nil || used > int64(n)*300 {
		t.Errorf("%d bytes, %v", used, err)
	}
}

// packs returns the paths of all packs in a directory.
func packs(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "*.pack"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no packs: %v", err)
	}
	return found
}
