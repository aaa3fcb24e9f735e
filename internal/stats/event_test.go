package stats_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/stats"
)

var at = time.Date(2019, 11, 20, 9, 0, 0, 999, time.FixedZone("CET", 3600))

func opened(notebook string) nbhosting.Event {
	return nbhosting.Event{
		Time: at, Key: nbhosting.Key{Course: "python3", Student: "ada.lovelace"}, Notebook: notebook, Action: nbhosting.Existing,
	}
}

func TestGoldenLines(t *testing.T) {
	for notebook, word := range map[string]string{
		"w1/w1-s1-c1-versions-python": "w1/w1-s1-c1-versions-python",
		"w1/with space":               "w1/with%20space",
		"été/naïve":                   "été/naïve",
		"100%":                        "100%25",
		"a%20b":                       "a%2520b",
		"":                            "-",
		"-":                           "%2D",
		"--":                          "--",
		"tab\tline\nreturn\r":         "tab%09line%0Areturn%0D",
		"no\u00a0break\u2003\u2028":   "no%C2%A0break%E2%80%83%E2%80%A8",
		"\x1f\x7f\u0085":              "%1F%7F%C2%85",
		"\xff\xfeé":                   "%FF%FEé",
		"\ufffd":                      "\ufffd",
		"v1.2":                        "v1.2",
	} {
		want := "2019-11-20T08:00:00 python3 ada.lovelace " + word + " existing -\n"
		if got := stats.FormatEvent(opened(notebook)); got != want {
			t.Errorf("%q: got %q, want %q", notebook, got, want)
		}
	}
}

func TestParseOldLines(t *testing.T) {
	student := strings.Repeat("0f3c", 8)
	tests := []struct {
		line     string
		notebook string
		action   nbhosting.Action
		port     string
	}{
		{"created 32768", "w1/intro", nbhosting.Created, "32768"},
		{"existing 40231\n", "w1/intro", nbhosting.Existing, "40231"},
		{"running 32768\r\n", "w1/intro", stats.Running, "32768"},
		{"restarted 1", "w1/intro", stats.Restarted, "1"},
		{"killing -", "", stats.Killing, ""},
		{"created 1", "w1/intro.ipynb", nbhosting.Created, "1"},
		{"created 1", "w1/intro.md", nbhosting.Created, "1"},
		{"created 1", "100%", nbhosting.Created, "1"},
		{"created 1", "100%zz%4", nbhosting.Created, "1"},
	}
	for _, test := range tests {
		word := test.notebook
		if word == "" {
			word = "-"
		}
		got, port, err := stats.ParseEvent("2019-07-01T08:00:00 python3 " + student + " " + word + " " + test.line)
		if err != nil {
			t.Fatal(err)
		}
		want := nbhosting.Event{
			Time:     time.Date(2019, 7, 1, 8, 0, 0, 0, time.UTC),
			Key:      nbhosting.Key{Course: "python3", Student: nbhosting.Student(student)},
			Notebook: nbhosting.TrimNotebookExtension(test.notebook),
			Action:   test.action,
		}
		if diff := cmp.Diff(want, got); diff != "" || port != test.port {
			t.Errorf("%s %s: port %q\n%s", word, test.line, port, diff)
		}
	}
}

func TestParseLineOfSevenWords(t *testing.T) {
	e, _, err := stats.ParseEvent("2019-07-03T10:02:00 demo ada w1/with space existing 32773")
	if err != nil || e.Notebook != "w1/with" {
		t.Errorf("got %q, %v", e.Notebook, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		"", "\n", "2019-07-01T08:00:00 demo ada", "2019-07-01T08:00:00 demo ada w1/intro exist",
		"2019-07-01 08:00:00 demo ada w1/intro created 1", "yesterday demo ada w1/intro created 1",
	} {
		if e, _, err := stats.ParseEvent(line); err == nil {
			t.Errorf("%q: got %+v", line, e)
		}
	}
}

func FuzzEventGoesThroughALine(f *testing.F) {
	f.Add("python3", "ada", "w1/with space")
	f.Add("", "-", "100%")
	f.Add("%", "\u2028", "\xff.ipynb")
	f.Fuzz(func(t *testing.T, course, student, notebook string) {
		e := nbhosting.Event{
			Time: at, Key: nbhosting.Key{Course: nbhosting.CourseName(course), Student: nbhosting.Student(student)},
			Notebook: notebook, Action: nbhosting.Created,
		}
		line := stats.FormatEvent(e)
		if words := strings.Fields(line); len(words) != 6 || strings.Join(words, " ")+"\n" != line {
			t.Fatalf("not six words: %q", line)
		}
		got, port, err := stats.ParseEvent(line)
		e.Time, e.Notebook = at.UTC().Truncate(time.Second), nbhosting.TrimNotebookExtension(notebook)
		if err != nil || port != "" || !cmp.Equal(got, e) {
			t.Errorf("%q: %v, port %q\n%s", line, err, port, cmp.Diff(e, got))
		}
	})
}

func FuzzParseEvent(f *testing.F) {
	f.Add("2019-07-01T08:00:00 demo ada w1/intro created 32768")
	f.Add("2019-07-01T08:00:00 % %2 %zz %+1 -")
	f.Fuzz(func(t *testing.T, line string) {
		e, _, err := stats.ParseEvent(line)
		if err == nil && e.Time.IsZero() && !strings.Contains(line, "0001-01-01T00:00:00") {
			t.Errorf("%q: no time", line)
		}
	})
}
