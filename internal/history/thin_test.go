package history_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
)

// TestThinningOverAMonth goes through a month of work, thinned every six hours.
func TestThinningOverAMonth(t *testing.T) {
	s := newStore(t)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	kept := map[time.Time]string{}
	now := start
	for ; now.Before(start.Add(30 * 24 * time.Hour)); now = now.Add(10 * time.Minute) {
		content := now.String()
		keep(t, s, content, history.Note{Why: history.Save, Time: now})
		kept[now] = content
		if now.Minute() == 0 && now.Hour()%6 == 0 {
			if err := s.Thin(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Thin(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	want := map[time.Time]bool{}
	for when := range kept {
		lastOfHour, lastOfDay := when.Minute() == 50, when.Minute() == 50 && when.Hour() == 23
		age := now.Sub(when)
		want[when] = age <= 24*time.Hour || lastOfHour && age <= 7*24*time.Hour || lastOfDay
	}
	got := map[time.Time]bool{}
	for _, v := range versions(t, s) {
		got[v.Time] = true
		wantContent(t, s, v.ID, kept[v.Time])
	}
	for when := range kept {
		if got[when] != want[when] {
			t.Errorf("%s: is there: %v", when, got[when])
		}
	}
}

func TestWhatWasReplacedStaysForAWeek(t *testing.T) {
	s := newStore(t)
	minutes := 0
	do := func(content string, why history.Why, base bool) history.Version {
		minutes++
		return keep(t, s, content, history.Note{Why: why, Base: base, Time: noon.Add(time.Duration(minutes) * time.Second)})
	}
	do("first", history.Copied, true)
	do("idle", history.Save, false)
	work := do("work", history.Save, false)
	reset := do("first", history.Reset, true)
	do("idle 2", history.Save, false)
	more := do("more", history.Save, false)
	do("course's", history.Course, true)
	newBase := do("course's 2", history.Course, true)
	merged := do("merged", history.Merge, false)
	do("idle 3", history.Save, false)
	newest := do("newest", history.Save, false)
	for _, c := range []struct {
		after time.Duration
		want  []history.Version
	}{
		{6 * 24 * time.Hour, []history.Version{work, reset, more, newBase, merged, newest}},
		{8 * 24 * time.Hour, []history.Version{newBase, newest}},
	} {
		if err := s.Thin(t.Context(), noon.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, v := range versions(t, s) {
			got = append(got, v.ID)
		}
		for _, v := range c.want {
			want = append(want, v.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %s: %v\nwant %v", c.after, got, want)
		}
	}
}

// TestPacksAreSealed: what has had its time is not looked at any more, until something is added.
func TestPacksAreSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	keep(t, s, "a", history.Note{Why: history.Save, Time: noon})
	keep(t, s, "b", history.Note{Why: history.Save, Time: noon})
	thin := func(after time.Duration, mode fs.FileMode, n int) {
		t.Helper()
		if err := s.Thin(t.Context(), noon.Add(after)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(packs(t, dir)[0]); err != nil || info.Mode().Perm() != mode {
			t.Errorf("after %s: %v, %v", after, info.Mode(), err)
		}
		if got := len(versions(t, s)); got != n {
			t.Errorf("after %s: %d versions, want %d", after, got, n)
		}
	}
	const day = 24 * time.Hour
	thin(2*day, 0o600, 1)
	thin(3*day, 0o600, 1)
	thin(9*day, 0o400, 1)
	keep(t, s, "c", history.Note{Why: history.Save, Time: noon.Add(time.Second)})
	thin(0, 0o600, 2)
	thin(10*day, 0o600, 1)
	thin(10*day, 0o400, 1)
	s = open(t, dir)
	keep(t, s, "d", history.Note{Why: history.Save, Time: noon.Add(2 * time.Second)})
	thin(20*day, 0o600, 1)
}

func TestThinningLeavesCoursesAloneThatAreBeingChanged(t *testing.T) {
	s := newStore(t)
	held, asked := 0, 0
	var answer error
	s.Hold = func(name nbhosting.CourseName) (func(), error) {
		if asked++; name != alice.Course {
			t.Errorf("asked for %q", name)
		}
		if answer != nil {
			return nil, answer
		}
		held++
		return func() { held-- }, nil
	}
	keep(t, s, "a", history.Note{Why: history.Save, Time: noon})
	keep(t, s, "b", history.Note{Why: history.Save, Time: noon})
	answer = nbhosting.Errorf(nbhosting.Unavailable, "It is being renamed.")
	if err := s.Thin(t.Context(), noon.Add(48*time.Hour)); err != nil {
		t.Error(err)
	}
	if n := len(versions(t, s)); n != 2 || asked != 1 {
		t.Errorf("%d versions, asked %d times", n, asked)
	}
	answer = nil
	if err := s.Thin(t.Context(), noon.Add(48*time.Hour)); err != nil {
		t.Error(err)
	}
	if n := len(versions(t, s)); n != 1 || held != 0 {
		t.Errorf("%d versions, held %d times", n, held)
	}
}

func TestACourseThatIsMovedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	v := keep(t, s, "a", history.Note{Why: history.Save, Time: noon})
	if err := os.Rename(filepath.Join(dir, "tour"), filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	moved := nbhosting.Key{Course: "new", Student: "alice"}
	if content, _, err := s.Read(moved, intro, v.ID); err != nil || string(content) != "a" {
		t.Errorf("%q, %v", content, err)
	}
	if n := len(versions(t, s)); n != 0 {
		t.Errorf("the old name still has %d versions", n)
	}
	w := keep(t, s, "a", history.Note{Why: history.Save, Time: noon.Add(time.Hour)})
	wantContent(t, s, w.ID, "a")
	if all, err := s.Versions(moved, intro); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestManyAtOnce has several callers keep versions of one notebook, read them, and thin meanwhile.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	now := noon.Add(3 * 24 * time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var background, keepers sync.WaitGroup
	var thinned atomic.Int64
	for range 2 {
		background.Go(func() {
			for ctx.Err() == nil {
				if err := s.Thin(ctx, now); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				thinned.Add(1)
			}
		})
	}
	background.Go(func() { // so that there always is something to thin
		for i := 0; ctx.Err() == nil; i++ {
			note := history.Note{Why: history.Save, Time: noon.Add(time.Duration(i) * time.Second)}
			if _, err := s.Keep(ctx, alice, intro, fmt.Appendf(nil, "old %d", i), note); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	var mu sync.Mutex
	want := map[string]string{}
	for k := range 6 {
		keepers.Go(func() {
			for i := range 60 {
				content := fmt.Sprintf("%s keeper %d, version %d", noise(uint64(i/10), 1000), k, i)
				v, err := s.Keep(ctx, alice, intro, []byte(content), history.Note{Why: history.Save, Time: now})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				want[v.ID] = content
				mu.Unlock()
				if got, _, err := s.Read(alice, intro, v.ID); err != nil || string(got) != content {
					t.Errorf("keeper %d: %d bytes, %v", k, len(got), err)
				}
				if err := s.Sync(alice, intro); err != nil {
					t.Error(err)
				}
			}
		})
	}
	keepers.Wait()
	for n := thinned.Load(); thinned.Load() < n+4 && !t.Failed(); {
		if _, _, err := s.Latest(alice, intro); err != nil {
			t.Error(err)
		}
	}
	stop()
	background.Wait()
	if len(want) != 6*60 {
		t.Errorf("%d versions of %d", len(want), 6*60)
	}
	for _, s := range []*history.Store{s, open(t, dir)} {
		for id, content := range want {
			wantContent(t, s, id, content)
		}
	}
}
