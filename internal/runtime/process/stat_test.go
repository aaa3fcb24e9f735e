package process

import (
	"os"
	"testing"
)

func TestParseStatOfAnyName(t *testing.T) {
	text := []byte("7 (a) R 1 (b\n) S 5 6 8 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 17 18\n")
	got, err := parseStat(text)
	want := stat{state: 'S', parent: 5, session: 8, cpu: 5 + 6 + 7 + 8, threads: 1, start: 12345, pages: 17}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := parseStat([]byte("7 (a) S 5")); err == nil {
		t.Error("half a line is accepted")
	}
}

// A record of another process that had the same number is not of this one.
func TestARecordIsOfOneProcess(t *testing.T) {
	now, err := readStat(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if r := (record{Main: now.identity()}); !r.runs() {
		t.Error("this process does not run")
	}
	for name, spoil := range map[string]func(*identity){
		"started at another time": func(id *identity) { id.Start++ },
		"of another boot":         func(id *identity) { id.Boot = "x" },
		"of another number":       func(id *identity) { id.PID = 1 << 30 },
	} {
		r := record{Main: now.identity(), Mark: "no process has this"}
		spoil(&r.Main)
		if r.runs() {
			t.Errorf("a process %s runs", name)
		}
		family, err := r.family()
		if err != nil || len(family) > 0 {
			t.Errorf("a process %s has a family: %v, %v", name, family, err)
		}
		if err := signal(r.Main, 9); err != nil { // or this test ends here
			t.Errorf("signal a process %s: %v", name, err)
		}
	}
}
