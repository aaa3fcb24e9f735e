package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNoTerminalObeysARepository has control characters wherever authors can put them.
func TestNoTerminalObeysARepository(t *testing.T) {
	const evil = `\u001b]0;owned\u0007 \u009b31m é\u001b[31mred\u001b[0m\u007f`
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py", "tracks": [{"id": "t", "name": "` + evil + `", "sections": [{"name": "` + evil + `"}]}],
		"findings": [{"severity": "error", "file": "` + evil + `", "message": "` + evil + `"}]}`
	f.answers["GET /api/jobs/j/events"] = `data: {"job": {"state": "running"}, "log": "1%\r2%\r\n` + evil + `\n"}` + "\n\n" +
		`data: {"job": {"state": "failed", "error": "` + evil + `"}}` + "\n\n"
	for _, args := range []string{"course show py", "course tracks py", "job follow j"} {
		r := run(t, append([]string{"--config", f.file}, strings.Fields(args)...)...)
		if printed := r.stdout + r.stderr; strings.ContainsAny(printed, "\x1b\x07\u009b\x7f\r") || !strings.Contains(printed, "éred") {
			t.Errorf("%s: got %q", args, printed)
		}
	}
	if r := run(t, "--config", f.file, "job", "follow", "j"); !strings.HasPrefix(r.stdout, "1%\n2%\n") {
		t.Errorf("got %q", r.stdout)
	}
	var shown struct{ Tracks []struct{ Name string } }
	var want string
	if err := json.Unmarshal([]byte(`"`+evil+`"`), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(good(t, "--config", f.file, "course", "show", "py", "--json")), &shown); err != nil || shown.Tracks[0].Name != want {
		t.Errorf("JSON is for programs: %v, got %q", err, shown.Tracks)
	}
}

// TestNamesStayOnTheirLines has names that look like lines of ours, or like other names.
func TestNamesStayOnTheirLines(t *testing.T) {
	const evil = `a\nFindings\u202e\u2066`
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py", "static_mappings": [{"source": "` + evil + `", "destination": "` + evil + `"}],
		"tracks": [{"id": "` + evil + `", "name": "` + evil + `", "sections": [{"name": "` + evil + `", "notebooks": ["` + evil + `"]}]}],
		"findings": [{"severity": "error", "file": "` + evil + `", "message": "m"}]}`
	for _, args := range []string{"show", "tracks"} {
		printed := good(t, "--config", f.file, "course", args, "py")
		for line := range strings.Lines(printed) {
			if strings.HasPrefix(line, "Findings") && line != "Findings\n" || strings.ContainsAny(line, "\u202e\u2066") {
				t.Errorf("%s: %q", args, line)
			}
		}
	}
}
