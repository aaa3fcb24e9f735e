package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/cli"
	"github.com/nbhosting/nbhosting/internal/web"
)

const someServers = `[
	{"course": "py", "student": "alice", "state": "ready", "image": "py:1", "started_at": "2026-01-01T00:00:00Z", "outdated": true,
	 "activity": {"active_at": "2026-01-01T00:00:00Z"},
	 "use": {"kernels": 2, "busy": 1, "cores": 1.256, "memory_bytes": 209715200, "memory_limit": 2147483648},
	 "disk": {"bytes": 3145728, "files": 5, "partial": true}},
	{"course": "py", "student": "al\u001bx", "state": "ready", "trouble": "silent", "image": "py:1", "started_at": "2026-01-01T00:00:00Z"},
	{"course": "bio", "student": "bob", "state": "starting", "image": "bio"}
]`

func TestTheListOfServersTellsWhatTheyUse(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/servers"] = someServers
	listed := good(t, "--config", f.file, "server", "list", "p*")
	for _, part := range []string{"2 (1 busy)", "1.26", "200M/2048M", ">3M", "py:1 (outdated)", "silent", "al\ufffdx"} {
		if !strings.Contains(listed, part) {
			t.Errorf("the list lacks %q:\n%s", part, listed)
		}
	}
	if strings.Contains(listed, "bob") {
		t.Errorf("the list has another course's server:\n%s", listed)
	}
}

func TestStoppingByPatternsAsksFirst(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/servers"] = someServers
	stop := func(typed string, args ...string) result {
		p := cli.Program{Stdin: strings.NewReader(typed), Interactive: typed != ""}
		return called(t.Context(), p, append([]string{"--config", f.file, "server", "stop"}, args...)...)
	}
	if r := stop("no\n", "*", "*"); r.code != 1 || len(f.called()) > 0 || !strings.Contains(r.stderr, "bob of bio") {
		t.Errorf("who says no: %+v", r)
	}
	if r := stop("", "*", "*"); r.code != 2 || len(f.called()) > 0 {
		t.Errorf("nobody to ask: %+v", r)
	}
	r := stop("stop\n", "*", "a*ce", "b?b")
	if diff := cmp.Diff([]string{"DELETE /api/servers/py/alice", "DELETE /api/servers/bio/bob"}, f.called()); diff != "" || r.code != 0 {
		t.Errorf("%+v\n%s", r, diff)
	}
	if r := stop("", "py", "al*e", "--yes"); r.code != 0 || len(f.called()) != 1 {
		t.Errorf("got %+v", r)
	}
	if r := stop("", "py", "z*", "--yes"); r.code != 1 || !strings.Contains(r.stderr, "No server that runs fits") || len(f.called()) > 0 {
		t.Errorf("nothing fits: %+v", r)
	}
}

// TestStoppingTellsWhetherThereWasAServer: a name that is mistyped is no error, but is seen.
func TestStoppingTellsWhetherThereWasAServer(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["DELETE /api/servers/py/alice"] = `{"course": "py", "student": "alice", "stopped": true}`
	f.answers["DELETE /api/servers/py/alcie"] = `{"course": "py", "student": "alcie", "stopped": false}`
	for _, command := range [][]string{{"server", "stop"}, {"course", "destroy-student-container"}} {
		said := good(t, append(append([]string{"--config", f.file}, command...), "py", "alice", "alcie")...)
		if want := "stopped the server of alice in py\nalcie has no server in py\n"; said != want {
			t.Errorf("%q: got %q, want %q", command, said, want)
		}
	}
	var stops []web.ServerStop
	said := good(t, "--config", f.file, "--json", "server", "stop", "py", "alice", "alcie")
	if err := json.Unmarshal([]byte(said), &stops); err != nil {
		t.Fatalf("%v in %s", err, said)
	}
	want := []web.ServerStop{{Course: "py", Student: "alice", Stopped: true}, {Course: "py", Student: "alcie"}}
	if diff := cmp.Diff(want, stops); diff != "" {
		t.Error(diff)
	}
}

func TestWatchingEndsWhenItIsInterrupted(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/servers"] = someServers
	ctx, cancel := contextThatEnds(t)
	out := &untilTwice{word: "COURSE", done: cancel}
	p := cli.Program{Name: "nbhosting", Stdout: out, Stderr: out}
	if code := cli.Main(ctx, p, []string{"--config", f.file, "server", "list", "--watch=1ms"}); code != 0 {
		t.Errorf("got %d:\n%s", code, out.text.String())
	}
}

// untilTwice calls done when a word was written twice.
type untilTwice struct {
	word string
	done func()
	text strings.Builder
}

func (u *untilTwice) Write(p []byte) (int, error) {
	u.text.Write(p)
	if strings.Count(u.text.String(), u.word) >= 2 {
		u.done()
	}
	return len(p), nil
}
