package stats_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/stats"
)

// known returns all figures that are known, by name.
func known(c stats.Counts) map[string]int64 {
	all := map[string]int64{}
	for column := range stats.NumColumns {
		if value, ok := c.Get(column); ok {
			all[column.String()] = value
		}
	}
	return all
}

func TestCountsOfAllTimes(t *testing.T) {
	four := map[string]int64{"running_container": 12, "frozen_container": 3, "running_kernel": 15, "student_home": 240}
	with := func(base map[string]int64, more ...any) map[string]int64 {
		all := map[string]int64{}
		for name, value := range base {
			all[name] = value
		}
		for i := 0; i < len(more); i += 2 {
			all[more[i].(string)] = int64(more[i+1].(int))
		}
		return all
	}
	eleven := with(four, "load1", 35, "load5", 40, "load15", 38, "container_ds_percent", 71, "container_ds_free", 712000,
		"nbhosting_ds_percent", 72, "nbhosting_ds_free", 712001)
	thirteen := with(eleven, "system_ds_percent", 88, "system_ds_free", 239000)
	fifteen := with(thirteen, "memory_total", 16000000000, "memory_free", 2000000000)
	sixteen := with(fifteen, "memory_available", 9000000000)
	for line, want := range map[string]map[string]int64{
		"jupyters 7":             {"running_container": 7},
		"12 3":                   {"running_container": 12, "frozen_container": 3},
		"12 3 15 240":            four,
		"12 3 15 240 71 712000":  with(four, "container_ds_percent", 71, "container_ds_free", 712000),
		"12 3 15 240 71 7 1 2 3": with(four, "container_ds_percent", 71, "container_ds_free", 7, "load1", 1, "load5", 2, "load15", 3),
		"12 3 15 240 35 40 38 71 712000 72 712001":                                                       eleven,
		"12 3 15 240 35 40 38 71 712000 72 712001 88 239000":                                             thirteen,
		"12 3 15 240 35 40 38 71 712000 72 712001 88 239000 16000000000 2000000000":                      fifteen,
		"12 3 15 240 35 40 38 71 712000 72 712001 88 239000 16000000000 2000000000 9000000000":           sixteen,
		"12 3 15 240 35 40 38 71 712000 72 712001 88 239000 16000000000 2000000000 9000000000 30 41\r\n": with(sixteen, "system_container", 30, "system_kernel", 41),
	} {
		got, err := stats.ParseCounts("2017-07-01T08:00:00 " + line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(want, known(got)); diff != "" || !got.Time.Equal(time.Date(2017, 7, 1, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("%s, at %v:\n%s", line, got.Time, diff)
		}
	}
}

// TestWhatIsLeftOfALineIsNotRead: cut short, a line of today has as many figures as those that some programs had in another order.
func TestWhatIsLeftOfALineIsNotRead(t *testing.T) {
	for _, left := range []string{"12 3 15 240 35 40", "12 3 15 240 35 40 38 71 7120"} {
		if c, err := stats.ParseCounts("2026-09-01T08:00:00 " + left); err == nil {
			t.Errorf("%q is read as %v", left, known(c))
		}
	}
}

func TestCountsRefuse(t *testing.T) {
	for _, line := range []string{
		"", "2019-07-01T08:00:00", "# running_container frozen_container", "2019-07-01T08:00:00 1", "2019-07-01T08:00:00 1 2 3",
		"2019-07-01T08:00:00 1 x", "2019-07-01 08:00:00 1 2", "2019-07-01T08:00:00 1.5 2",
		"2019-07-01T08:00:00" + strings.Repeat(" 1", 19), "2019-07-01T08:00:00 99999999999999999999 2",
	} {
		if c, err := stats.ParseCounts(line); err == nil {
			t.Errorf("%q: got %+v", line, c)
		}
	}
}

// What other programs read goes by the place of each figure, and by names in the header.
func TestCountsAsOthersReadThem(t *testing.T) {
	root := t.TempDir()
	r := stats.Recorder{Root: root}
	c := stats.Counts{Time: at}
	for column := range stats.NumColumns {
		c.Set(column, int64(100+column))
	}
	for _, header := range []bool{true, false} {
		if err := r.RecordCounts(t.Context(), "python3", c, header); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "raw", "python3", "counts.raw"))
	if err != nil {
		t.Fatal(err)
	}
	line := "2019-11-20T08:00:00 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117\n"
	want := "# running_container frozen_container running_kernel student_home load1 load5 load15 " +
		"container_ds_percent container_ds_free nbhosting_ds_percent nbhosting_ds_free system_ds_percent system_ds_free " +
		"memory_total memory_free memory_available system_container system_kernel\n" + line + line
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	if err := r.RecordCounts(t.Context(), "../etc", c, false); nbhosting.KindOf(err) != nbhosting.Invalid {
		t.Errorf("counts of no course: %v", err)
	}
}

func TestReadCounts(t *testing.T) {
	root := t.TempDir()
	read := func() (times []string) {
		t.Helper()
		err := stats.ReadCounts(root, "python3", func(c stats.Counts) bool {
			times = append(times, c.Time.Format("15:04"))
			return c.Time.Hour() < 12
		})
		if err != nil {
			t.Error(err)
		}
		return times
	}
	if got := read(); got != nil {
		t.Errorf("without a file: %v", got)
	}
	dir := filepath.Join(root, "raw", "python3")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "# running_container\n2017-02-02T08:00:00 jupyters 3\ngarbage\n2019-07-01T09:00:00 " + strings.Repeat("1 ", 100000) +
		"\n2019-07-01T10:00:00 1 2\n\x00\n2019-07-01T13:00:00 1 2\n2019-07-01T14:00:00 1 2\n"
	if err := os.WriteFile(filepath.Join(dir, "counts.raw"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"08:00", "10:00", "13:00"}, read()); diff != "" {
		t.Error(diff)
	}
}

func TestHomesAreCounted(t *testing.T) {
	dir := t.TempDir()
	homes := &stats.Homes{Dir: filepath.Join(dir, "students")}
	want := func(counts map[nbhosting.CourseName]int) {
		t.Helper()
		got, err := homes.Count()
		if diff := cmp.Diff(counts, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	want(map[nbhosting.CourseName]int{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, workspace := range []string{"ada/python3", "ada/tour", "bob/tour", "cyd"} {
		must(os.MkdirAll(filepath.Join(homes.Dir, workspace), 0o755))
	}
	must(os.WriteFile(filepath.Join(homes.Dir, "bob", "notes"), nil, 0o644))
	must(os.Symlink("ada", filepath.Join(homes.Dir, "link")))
	for range 2 {
		want(map[nbhosting.CourseName]int{"python3": 1, "tour": 2})
	}
	// A home that has not changed for long is not read: what is made in it unseen stays so.
	long := time.Now().Add(-time.Hour)
	must(os.Chtimes(filepath.Join(homes.Dir, "ada"), long, long))
	want(map[nbhosting.CourseName]int{"python3": 1, "tour": 2})
	must(os.Mkdir(filepath.Join(homes.Dir, "ada", "unseen"), 0o755))
	must(os.Chtimes(filepath.Join(homes.Dir, "ada"), long, long))
	want(map[nbhosting.CourseName]int{"python3": 1, "tour": 2})
	must(os.Remove(filepath.Join(homes.Dir, "ada", "tour")))
	must(os.RemoveAll(filepath.Join(homes.Dir, "bob")))
	want(map[nbhosting.CourseName]int{"python3": 1, "unseen": 1})
}

func BenchmarkHomes(b *testing.B) {
	dir := b.TempDir()
	long := time.Now().Add(-time.Hour)
	for i := range 10000 {
		home := filepath.Join(dir, strings.Repeat("0f3c", 7)+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)))
		if err := os.MkdirAll(filepath.Join(home, "python3"), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(home, long, long); err != nil {
			b.Fatal(err)
		}
	}
	homes := &stats.Homes{Dir: dir}
	for b.Loop() {
		if counts, err := homes.Count(); err != nil || counts["python3"] != 10000 {
			b.Fatal(counts, err)
		}
	}
}
