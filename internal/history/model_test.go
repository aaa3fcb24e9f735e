package history_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/history"
)

// modelVersion is what a store should have of a version.
type modelVersion struct {
	id      string
	note    history.Note
	content []byte
}

// model is what a store should do, said as plainly as can be.
type model struct{ versions []modelVersion }

// adds tells whether keeping makes a new version.
func (m *model) adds(content []byte, note history.Note) bool {
	if len(m.versions) == 0 {
		return true
	}
	newest := m.versions[len(m.versions)-1]
	if !bytes.Equal(newest.content, content) {
		return true
	}
	note.Time, newest.note.Time = time.Time{}, time.Time{}
	plain := note == history.Note{Why: history.Save} || note == history.Note{Why: history.Found}
	return !plain && note != newest.note
}

// thin keeps what should stay at a time.
func (m *model) thin(now time.Time) {
	stays := map[int]bool{len(m.versions) - 1: true}
	lastOfHour, lastOfDay := map[string]int{}, map[string]int{}
	for i, v := range m.versions {
		lastOfHour[v.note.Time.Format("2006-01-02 15")] = i
		lastOfDay[v.note.Time.Format("2006-01-02")] = i
	}
	newestBase := -1
	for i, v := range m.versions {
		if v.note.Base {
			newestBase = i
		}
		switch age := now.Sub(v.note.Time); {
		case age <= 24*time.Hour:
			stays[i] = true
		case age <= 7*24*time.Hour:
			stays[lastOfHour[v.note.Time.Format("2006-01-02 15")]] = true
		default:
			stays[lastOfDay[v.note.Time.Format("2006-01-02")]] = true
		}
		if slices.Contains([]history.Why{history.Reset, history.Taken, history.Merge, history.Restore, history.Update}, v.note.Why) &&
			now.Sub(v.note.Time) <= 7*24*time.Hour {
			stays[i] = true
			for j := i - 1; j >= 0; j-- {
				if m.versions[j].note.Why != history.Course {
					stays[j] = true
					break
				}
			}
		}
	}
	stays[newestBase] = true
	var left []modelVersion
	for i, v := range m.versions {
		if stays[i] {
			left = append(left, v)
		}
	}
	m.versions = left
}

// player plays random moves on a store and on models of its notebooks.
type player struct {
	t      *testing.T
	r      *rand.Rand
	dir    string
	store  *history.Store
	now    time.Time
	models map[string]*model
}

func (p *player) file() string { return fmt.Sprintf("w%d/é.ipynb", p.r.IntN(3)) }

// edited returns a content like an earlier one of the notebook, or another.
func (p *player) edited(m *model) []byte {
	var content []byte
	if n := len(m.versions); n > 0 {
		content = bytes.Clone(m.versions[max(0, n-1-p.r.IntN(3))].content)
	}
	for range p.r.IntN(4) {
		at := p.r.IntN(len(content) + 1)
		end := min(len(content), at+p.r.IntN(1+len(content)/4))
		text := noise(p.r.Uint64(), p.r.IntN(3000))
		if p.r.IntN(2) == 0 {
			text = bytes.Repeat([]byte("print(1)\n"), p.r.IntN(300))
		}
		content = slices.Concat(content[:at], text, content[end:])
	}
	return content
}

var whys = []history.Why{
	history.Save, history.Save, history.Save, history.Save, history.Save, history.Found, history.Copied, history.Reset, history.Taken,
	history.Merge, history.Restore, history.Update, history.Course,
}

func (p *player) keep(file string) {
	p.now = p.now.Add(time.Duration(p.r.Int64N(int64(1+p.r.IntN(40)) * int64(time.Minute)))).Truncate(time.Millisecond)
	m := p.models[file]
	if m == nil {
		m = &model{}
		p.models[file] = m
	}
	note := history.Note{Why: whys[p.r.IntN(len(whys))], Time: p.now}
	if note.Why != history.Save {
		note.Base = p.r.IntN(2) == 0
		note.Commit = fmt.Sprint(p.r.IntN(2))
	}
	content := p.edited(m)
	v, err := p.store.Keep(p.t.Context(), alice, file, content, note)
	if err != nil {
		p.t.Fatal(err)
	}
	if m.adds(content, note) {
		note.Time = v.Time // later by some milliseconds if there is one of that name
		m.versions = append(m.versions, modelVersion{id: v.ID, note: note, content: content})
	}
	if newest := m.versions[len(m.versions)-1]; v.ID != newest.id {
		p.t.Fatalf("%s: got version %s, want %s", file, v.ID, newest.id)
	}
}

// check compares the store with the models, and reads some or all of the contents.
func (p *player) check(all bool) {
	p.t.Helper()
	files, err := p.store.Notebooks(alice)
	if err != nil || !slices.Equal(files, slices.Sorted(maps.Keys(p.models))) {
		p.t.Fatalf("notebooks: %q, %v", files, err)
	}
	for file, m := range p.models {
		got, err := p.store.Versions(alice, file)
		if err != nil || len(got) != len(m.versions) {
			p.t.Fatalf("%s: %d versions, want %d: %v", file, len(got), len(m.versions), err)
		}
		base := -1
		for i, want := range m.versions {
			if got[i].ID != want.id || got[i].Note != want.note {
				p.t.Fatalf("%s: version %d is %+v, want %+v", file, i, got[i], want)
			}
			if want.note.Base {
				base = i
			}
			if !all && p.r.IntN(10) > 0 {
				continue
			}
			if content, _, err := p.store.Read(alice, file, want.id); err != nil || !bytes.Equal(content, want.content) {
				p.t.Fatalf("%s: version %d: %v", file, i, err)
			}
		}
		content, v, ok, err := p.store.Base(alice, file)
		if err != nil || ok != (base >= 0) || ok && (v.ID != m.versions[base].id || !bytes.Equal(content, m.versions[base].content)) {
			p.t.Fatalf("%s: base %+v, want number %d: %v", file, v, base, err)
		}
	}
}

func (p *player) thin() {
	if err := p.store.Thin(p.t.Context(), p.now); err != nil {
		p.t.Fatal(err)
	}
	for _, m := range p.models {
		m.thin(p.now)
	}
}

func (p *player) reopen() {
	if err := p.store.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.store = open(p.t, p.dir)
}

// tear leaves at the end of a pack what an append that was cut short does.
func (p *player) tear() {
	found := packs(p.t, p.dir)
	f, err := os.OpenFile(found[p.r.IntN(len(found))], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(noise(p.r.Uint64(), p.r.IntN(100))); err != nil {
		p.t.Fatal(err)
	}
}

func TestRandomMoves(t *testing.T) {
	seeds := uint64(30)
	if underRace {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "history")
			p := &player{t: t, r: rand.New(rand.NewPCG(seed, 1)), dir: dir, store: open(t, dir), now: noon, models: map[string]*model{}}
			p.keep("w0/é.ipynb")
			for range 400 {
				switch n := p.r.IntN(100); {
				case n < 85:
					p.keep(p.file())
				case n < 88:
					p.now = p.now.Add(time.Duration(p.r.Int64N(int64(5 * 24 * time.Hour))))
				case n < 92:
					p.thin()
				case n < 94:
					p.reopen()
				case n < 97:
					p.tear()
				default:
					p.check(false)
				}
			}
			p.check(true)
			p.now = p.now.Add(30 * 24 * time.Hour)
			p.thin()
			p.check(true)
			p.thin() // there is nothing more to do
			p.reopen()
			p.check(true)
		})
	}
}
