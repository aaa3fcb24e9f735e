package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFailuresAsJSON(t *testing.T) {
	f := newFakeAPI(t)
	for _, c := range []struct {
		args string
		code int
		kind string
	}{
		{"course show absent --json", 1, "not-found"},
		{"--json course show absent", 1, "not-found"},
		{"course pull absent --json", 1, "not-found"},
		{"course show .. --json", 1, "invalid"},
		{"course show --json", 2, "invalid"},
		{"cuorse --json", 2, "invalid"},
		{"course creat --json", 2, "invalid"},
		{"course list --jason --json", 2, "invalid"},
		{"course delete py --json", 2, "invalid"},
		{"--config /no/such/file course list --json", 1, "internal"},
	} {
		r := run(t, append(strings.Fields(c.args), "--root", f.root)...)
		var failure struct {
			Error struct{ Kind, Message string }
		}
		if err := json.Unmarshal([]byte(r.stderr), &failure); err != nil || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: %v in %s", c.args, err, r.stderr)
		}
		if r.code != c.code || failure.Error.Kind != c.kind || failure.Error.Message == "" {
			t.Errorf("%s: got %+v", c.args, r)
		}
	}
}

func TestMistypedCommandsAreGuessed(t *testing.T) {
	for args, want := range map[string]string{
		"cuorse":       "\tcourse",
		"course creat": "did you mean create?",
		"job follwo x": "did you mean follow?",
	} {
		if said := misused(t, strings.Fields(args)...); !strings.Contains(said, want) {
			t.Errorf("%s: got %s", args, said)
		}
	}
}
