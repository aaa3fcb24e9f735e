package cli_test

import (
	"strings"
	"testing"
)

func TestCoursesAreChosenByNameOrPattern(t *testing.T) {
	f := newFakeAPI(t)
	for _, c := range []struct{ args, want string }{
		{"py", "py"},
		{"python3 py", "py python3"}, // sorted, as they are listed
		{"py py p*", "py python3"},
		{"py*", "py python3"},
		{"*", "bio py python3"},
		{"--all", "bio py python3"},
		{"p?", "py"},
		{"??", "py"},
		{"*3 b*", "bio python3"},
		{"old-py", "old-py"}, // named in full: whether that may be is not for the command line to say
		{"py old-py", "old-py py"},
		{"*py", "py"},
		{"-- *py", "py"},
	} {
		args := append([]string{"--config", f.file, "course", "pull", "--detach"}, strings.Fields(c.args)...)
		printed := good(t, args...)
		got := strings.Join(strings.Fields(strings.NewReplacer("job-courses-", "", "-pull", "").Replace(printed)), " ")
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.args, got, c.want)
		}
		if asked := len(f.called()); asked != len(strings.Fields(c.want)) {
			t.Errorf("%s: %d pulls", c.args, asked)
		}
	}
}

func TestCoursesThatAreNotThere(t *testing.T) {
	f := newFakeAPI(t)
	for args, want := range map[string]string{
		"pyhton3":   `There is no course "pyhton3". Did you mean python3?`,
		"yth":       `There is no course "yth". Did you mean python3?`,
		"PY":        `There is no course "PY". Did you mean `,
		"chemistry": `There is no course "chemistry".`,
		"chem*":     `No course fits "chem*".`,
		"old*":      `Name them in full.`,
		"py [p]y":   `There is no course "[p]y".`,
		"py *[p]y":  `No course fits "*[p]y".`,
		`*\py`:      `No course fits "*\\py".`,
		"py/../*":   `No course fits "py/../*".`,
		"py nosuch": `There is no course "nosuch".`,
	} {
		said := bad(t, append([]string{"--config", f.file, "course", "pull"}, strings.Fields(args)...)...)
		if !strings.Contains(said, want) {
			t.Errorf("%s: got %s", args, said)
		}
	}
	for _, args := range [][]string{{"pull"}, {"pull", "py", "--all"}, {"build-image"}, {"image-details"}, {"tracks"}, {"archive"}, {"set", "--image", "x"}} {
		misused(t, append([]string{"--config", f.file, "course"}, args...)...)
	}
	f.answers["GET /api/courses"] = "[]"
	for _, args := range []string{"--all", "*"} {
		bad(t, "--config", f.file, "course", "pull", args)
	}
	if got := f.called(); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestArchivedCoursesAreListedOnDemand(t *testing.T) {
	f := newFakeAPI(t)
	for args, want := range map[string]string{
		"":            "bio py python3",
		"--all":       "bio old-py py python3",
		"*py":         "py",
		"*py --all":   "old-py py",
		"old-py":      "old-py",
		"py* --all":   "py python3",
		"bio python3": "bio python3",
	} {
		var names []string
		for i, line := range strings.Split(strings.TrimSpace(good(t, append([]string{"--config", f.file, "course", "list"}, strings.Fields(args)...)...)), "\n") {
			if i > 0 {
				names = append(names, strings.Fields(line)[0])
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: got %s, want %s", args, got, want)
		}
	}
	if listed := good(t, "--config", f.file, "course", "list", "--all"); !strings.Contains(listed, " archived ") || !strings.Contains(listed, " autopull ") {
		t.Errorf("got\n%s", listed)
	}
	bad(t, "--config", f.file, "course", "list", "nosuch")
}
