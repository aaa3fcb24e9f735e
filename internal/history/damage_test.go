package history

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
)

var bob = nbhosting.Key{Course: "tour", Student: "bob"}

const nb = "w1/a.ipynb"

// written is a pack as it was written, and what is in it.
type written struct {
	bytes    []byte
	entries  []entry
	contents [][]byte
}

// write makes a pack of contents, in a directory of its own.
func write(t *testing.T, contents [][]byte) written {
	t.Helper()
	s := opened(t, t.TempDir())
	for i, content := range contents {
		if _, err := s.Keep(t.Context(), bob, nb, content, Note{Why: Save, Time: time.Unix(int64(i), 0)}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(s.packOf(t))
	if err != nil {
		t.Fatal(err)
	}
	p, release, err := s.acquire(bob, nb)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	return written{bytes: text, entries: p.entries, contents: contents}
}

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *Store) packOf(t *testing.T) string {
	t.Helper()
	dir, err := s.workspace(bob)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, packName(nb))
}

// found returns a store whose pack has those bytes.
func found(t *testing.T, text []byte) *Store {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	s := opened(t, dir)
	path := s.packOf(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// leansOn returns the indexes of the records that a version needs, its own included.
func (w written) leansOn(i int) []int {
	need := []int{i}
	for w.entries[i].base >= 0 {
		i = entryAt(w.entries, w.entries[i].base)
		need = append(need, i)
	}
	return need
}

// check reads all that a store has of the pack: what leans on no damaged record
// must be there, and nothing may be there that was not written.
func (w written) check(t *testing.T, s *Store, damaged []int) {
	t.Helper()
	versions, err := s.Versions(bob, nb)
	if err != nil {
		t.Fatal(err)
	}
	last, read := -1, map[int]bool{}
	for _, v := range versions {
		i := slices.IndexFunc(w.entries, func(e entry) bool { return idOf(e.Milli, e.sum) == v.ID })
		if i <= last {
			t.Fatalf("version %s is at place %d, after %d", v.ID, i, last)
		}
		last = i
		content, _, err := s.Read(bob, nb, v.ID)
		if err == nil && !bytes.Equal(content, w.contents[i]) {
			t.Fatalf("version %d has another content", i)
		}
		read[i] = err == nil
	}
	for i := range w.entries {
		whole := !slices.ContainsFunc(w.leansOn(i), func(j int) bool { return slices.Contains(damaged, j) })
		if whole && !read[i] {
			t.Fatalf("version %d is lost, though only %v were damaged", i, damaged)
		}
	}
}

// small returns contents with repetitions, of which some lean on others, and some are whole.
func small() [][]byte {
	line := func(n int) []byte { return bytes.Repeat([]byte(fmt.Sprintf("line of %d\n", n)), 30) }
	var all [][]byte
	for i := range 6 {
		all = append(all, slices.Concat(line(1), []byte(fmt.Sprint("edited ", i)), line(2)))
	}
	r := rand.New(rand.NewPCG(1, 1))
	other := make([]byte, 150)
	for i := range other {
		other[i] = byte(r.Uint32())
	}
	all = append(all, other, append(bytes.Clone(other), 'x'), all[2], slices.Concat(all[5], line(3)), nil, []byte("end"))
	return all
}

func TestTornTails(t *testing.T) {
	t.Parallel()
	w := write(t, small())
	for cut := range len(w.bytes) {
		whole := 0 // records
		for whole < len(w.entries) && w.entries[whole].end <= int64(cut) {
			whole++
		}
		var torn []int
		for i := whole; i < len(w.entries); i++ {
			torn = append(torn, i)
		}
		s := found(t, w.bytes[:cut])
		w.check(t, s, torn)
		if v, err := s.Versions(bob, nb); len(v) != whole || err != nil {
			t.Fatalf("cut at %d: %d versions, want %d: %v", cut, len(v), whole, err)
		}
		for i := whole; i < len(w.contents); i++ { // it goes on as if they had not been kept
			if _, err := s.Keep(t.Context(), bob, nb, w.contents[i], Note{Why: Save, Time: time.Unix(int64(i), 0)}); err != nil {
				t.Fatal(err)
			}
		}
		w.check(t, s, nil)
		again := opened(t, s.dir)
		w.check(t, again, nil)
		if files, err := again.Notebooks(bob); err != nil || !slices.Equal(files, []string{nb}) {
			t.Fatalf("cut at %d: notebooks %q, %v", cut, files, err)
		}
	}
}

// damagedBy returns the records that a range of bytes touches.
func (w written) damagedBy(from, to int) []int {
	var touched []int
	for i, e := range w.entries {
		if e.off < int64(to) && int64(from) < e.end {
			touched = append(touched, i)
		}
	}
	return touched
}

// afterwards keeps a version more, and checks that no more is lost.
func (w written) afterwards(t *testing.T, s *Store, damaged []int) {
	t.Helper()
	v, err := s.Keep(t.Context(), bob, nb, []byte("after"), Note{Why: Reset})
	if err != nil {
		t.Fatal(err)
	}
	w.entries = append(slices.Clone(w.entries), entry{head: head{Milli: v.Time.UnixMilli()}, sum: sum(mustHex(t, v.Sum)), base: -1})
	w.contents = append(slices.Clone(w.contents), []byte("after"))
	w.check(t, s, damaged)
	w.check(t, opened(t, s.dir), damaged)
}

func mustHex(t *testing.T, text string) []byte {
	t.Helper()
	var b []byte
	if _, err := fmt.Sscanf(text, "%x", &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryByteDamaged(t *testing.T) {
	t.Parallel()
	w := write(t, small())
	for at := range w.bytes {
		text := bytes.Clone(w.bytes)
		text[at] ^= 1 << (at % 8)
		s := found(t, text)
		damaged := w.damagedBy(at, at+1)
		w.check(t, s, damaged)
		w.afterwards(t, s, damaged)
	}
}

func TestRangesDamaged(t *testing.T) {
	w := write(t, small())
	r := rand.New(rand.NewPCG(3, 3))
	for range 500 {
		from := r.IntN(len(w.bytes))
		to := min(len(w.bytes), from+1+r.IntN(600))
		text := bytes.Clone(w.bytes)
		for i := from; i < to; i++ {
			if text[i] = 0; r.IntN(2) == 0 {
				text[i] = byte(r.Uint32())
			}
		}
		s := found(t, text)
		damaged := w.damagedBy(from, to)
		w.check(t, s, damaged)
		w.afterwards(t, s, damaged)
	}
}

func TestBytesRemovedOrAdded(t *testing.T) {
	w := write(t, small())
	r := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		// Distances across the place are wrong then: at least those that do not cross it are read.
		from := r.IntN(len(w.bytes))
		to := min(len(w.bytes), from+r.IntN(50))
		text := slices.Concat(w.bytes[:from], bytes.Repeat([]byte{7}, r.IntN(50)), w.bytes[to:])
		damaged := w.damagedBy(from, max(to, from+1))
		for i, e := range w.entries {
			if e.base >= 0 && e.base < int64(to) && int64(from) <= e.off {
				damaged = append(damaged, i)
			}
		}
		w.check(t, found(t, text), damaged)
	}
}

// TestThinningWhatIsDamaged: what can be read of what stays is there afterwards,
// and the file that had more is put aside.
func TestThinningWhatIsDamaged(t *testing.T) {
	contents := small()
	w := write(t, contents)
	for i, e := range w.entries {
		text := bytes.Clone(w.bytes)
		text[e.off+20] ^= 1 // in its head
		s := found(t, text)
		newest := []byte("newest")
		later := time.Unix(100, 0).Add(day)
		if _, err := s.Keep(t.Context(), bob, nb, newest, Note{Why: Save, Time: later}); err != nil {
			t.Fatal(err)
		}
		if err := s.Thin(t.Context(), later.Add(2*day)); err != nil {
			t.Fatal(err)
		}
		versions, err := s.Versions(bob, nb)
		if err != nil {
			t.Fatal(err)
		}
		// All of these are of one hour: the last one stays that leans on nothing damaged.
		if len(versions) < 2 {
			t.Errorf("record %d damaged: versions %+v", i, versions)
		}
		for _, v := range versions {
			if _, _, err := s.Read(bob, nb, v.ID); err != nil {
				t.Errorf("record %d damaged: %v", i, err)
			}
		}
		kept, err := filepath.Glob(filepath.Join(filepath.Dir(s.packOf(t)), "*.damaged"))
		if err != nil || len(kept) != 1 && i < len(w.entries)-1 { // the last one was cut off as unfinished
			t.Errorf("record %d damaged: put aside: %q, %v", i, kept, err)
		}
	}
}

// TestContentsCannotPretendToBeRecords: where a head is damaged, records are
// looked for in what was the data, which is a student's.
func TestContentsCannotPretendToBeRecords(t *testing.T) {
	is := sum{1}
	forged, err := appendRecord(nil, marker{1, 2, 3, 4}, head{Milli: 5, Why: Copied, Sum: is[:], Base: true, File: "forged"}, nil)
	if err != nil || len(forged) >= tiny {
		t.Fatalf("%d bytes, %v", len(forged), err)
	}
	w := write(t, [][]byte{forged, []byte("a"), slices.Concat(forged, []byte("b")), []byte("c")})
	if n := bytes.Count(w.bytes, forged); n != 2 {
		t.Fatalf("it is there %d times", n)
	}
	for i, e := range w.entries {
		text := bytes.Clone(w.bytes)
		text[e.off+6] ^= 1
		s := found(t, text)
		w.check(t, s, []int{i})
		w.afterwards(t, s, []int{i})
	}
}

func TestAFileWithNothingInItIsPutAside(t *testing.T) {
	s := found(t, []byte(strings.Repeat("not a pack\n", 1000)))
	if v, err := s.Versions(bob, nb); len(v) > 0 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if err := s.Thin(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := s.Keep(t.Context(), bob, nb, []byte("x"), Note{Why: Save}); err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(filepath.Dir(s.packOf(t)), "*.damaged"))
	if err != nil || len(kept) != 1 {
		t.Errorf("%q, %v", kept, err)
	}
}

// TestRecordsOfALaterProgramStay: who goes back to an earlier version of the program loses nothing.
func TestRecordsOfALaterProgramStay(t *testing.T) {
	w := write(t, small())
	text := bytes.Clone(w.bytes)
	later, err := appendRecord(nil, marker(text[:4]), head{Sum: []byte("of another length"), Why: "later"}, []byte("data"))
	if err != nil {
		t.Fatal(err)
	}
	s := found(t, append(text, later...))
	w.check(t, s, nil)
	w.afterwards(t, s, nil)
	if err := s.Thin(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(s.packOf(t)); err != nil || !bytes.Contains(after, later) {
		t.Errorf("it is gone: %v", err)
	}
}
