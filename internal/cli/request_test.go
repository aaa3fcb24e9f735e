package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatCommandsAsk compares commands with the requests that they are.
func TestWhatCommandsAsk(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py", "builds": [
		{"id": "book", "name": "The book", "script": "make"}, {"id": "notes", "name": "Notes", "script": "make"}, {"id": "link", "name": "Link"}]}`
	f.answers["PATCH /api/courses/py"] = `{"name": "py", "image": "new"}`
	f.answers["PATCH /api/courses/bio"] = `{"name": "bio"}`
	f.answers["PATCH /api/courses/python3"] = `{"name": "python3"}`
	f.answers["PATCH /api/courses/old-py"] = `{"name": "old-py"}`
	f.answers["POST /api/courses/py/key"] = `{"public_key": "ssh-ed25519 NEW"}`
	f.answers["POST /api/courses/py/webhook"] = `{"url": "https://nb.example.org/hook", "secret": "s3cret"}`
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"course create bio2 /repo -i lab/bio --branch dev", []string{`POST /api/courses {"name":"bio2","giturl":"/repo","image":"lab/bio","branch":"dev"}`}},
		{"course create py /repo --autopull --autobuild=false", []string{
			`POST /api/courses {"name":"py","giturl":"/repo","image":"","branch":""}`, `PATCH /api/courses/py {"autopull":true,"autobuild":false}`,
		}},
		{"course pull py", []string{"POST /api/courses/py/pull"}},
		{"course set py --image new", []string{`PATCH /api/courses/py {"image":"new"}`}},
		{"course set py --giturl /there --branch=", []string{`PATCH /api/courses/py {"giturl":"/there","branch":""}`}},
		{"course set p* --autopull=false --autobuild", []string{
			`PATCH /api/courses/py {"autopull":false,"autobuild":true}`, `PATCH /api/courses/python3 {"autopull":false,"autobuild":true}`,
		}},
		{"course set --all --autopull", []string{
			`PATCH /api/courses/bio {"autopull":true}`, `PATCH /api/courses/py {"autopull":true}`, `PATCH /api/courses/python3 {"autopull":true}`,
		}},
		{"course archive py bio", []string{`PATCH /api/courses/bio {"archived":true}`, `PATCH /api/courses/py {"archived":true}`}},
		{"course unarchive *", []string{`PATCH /api/courses/old-py {"archived":false}`}},
		{"course rename py py2025", []string{`POST /api/courses/py/rename {"to":"py2025","force":false}`}},
		{"course rename py py2025 --force", []string{`POST /api/courses/py/rename {"to":"py2025","force":true}`}},
		{"course delete py --yes", []string{"DELETE /api/courses/py"}},
		{"course delete py -y --force --purge", []string{"DELETE /api/courses/py?force=1&purge=1"}},
		{"course delete py -y --purge", []string{"DELETE /api/courses/py?purge=1"}},
		{"course build-image p*", []string{`POST /api/courses/py/image {"no_cache":false}`, `POST /api/courses/python3/image {"no_cache":false}`}},
		{"course build-image py --no-cache", []string{`POST /api/courses/py/image {"no_cache":true}`}},
		{"course run-build py", []string{`POST /api/courses/py/builds/book {"force":false}`, `POST /api/courses/py/builds/notes {"force":false}`}},
		{"course run-build py *s -f", []string{`POST /api/courses/py/builds/notes {"force":true}`}},
		{"course run-build py link", []string{`POST /api/courses/py/builds/link {"force":false}`}}, // refused with words there
		{"course run-build py --list", nil},
		{"course key py --renew", []string{"POST /api/courses/py/key"}},
		{"course webhook py --renew", []string{"POST /api/courses/py/webhook"}},
		{"course webhook py --remove", []string{"DELETE /api/courses/py/webhook"}},
		{"git forget-host git.example.org", []string{"POST /api/hosts/git.example.org/forget {}"}},
		{"git forget-host [git.example.org]:2222", []string{"POST /api/hosts/%5Bgit.example.org%5D:2222/forget {}"}},
		{"job cancel a b", []string{"DELETE /api/jobs/a", "DELETE /api/jobs/b"}},
		{"server stop py alice bob", []string{"DELETE /api/servers/py/alice", "DELETE /api/servers/py/bob"}},
		{"course destroy-student-container py alice", []string{"DELETE /api/servers/py/alice"}},
		{"build-core-images --base debian", []string{`POST /api/images/core {"base":"debian","names":[],"no_cache":false}`}},
		{"image build-core scipy-notebook -f", []string{`POST /api/images/core {"base":"auto","names":["scipy-notebook"],"no_cache":true}`}},
	} {
		good(t, append([]string{"--config", f.file}, strings.Fields(c.command)...)...)
		if diff := cmp.Diff(c.want, f.called()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.command, diff)
		}
		printed := good(t, append([]string{"--config", f.file, "--json"}, strings.Fields(c.command)...)...)
		f.called()
		if printed != "" && !json.Valid([]byte(printed)) {
			t.Errorf("%s: this is no JSON:\n%s", c.command, printed)
		}
	}
}

func TestWhatCommandsAskIsChecked(t *testing.T) {
	f := newFakeAPI(t)
	for _, command := range []string{
		"course set py", "course set py --giturl", "course set p* --giturl /x", "course set --all --giturl /x", "course set py --autopull=perhaps",
		"course create new /repo --autopull --detach", "course webhook py --renew --remove", "course delete py", "course tracks py --yaml --json",
		"course rename py", "course run-build", "job follow", "job list x", "man",
	} {
		r := run(t, append([]string{"--config", f.file}, strings.Fields(command)...)...)
		if r.code != 2 {
			t.Errorf("%s: got %+v", command, r)
		}
	}
	for _, command := range []string{"course rename py ../x", "course rename .. x", "course key ..", "course delete .. -y", "course builds ..", "course run-build .."} {
		bad(t, append([]string{"--config", f.file}, strings.Fields(command)...)...)
	}
	if got := f.called(); got != nil {
		t.Errorf("got %q", got)
	}
}

// TestWhatCommandsShow looks at answers that no test makes otherwise.
func TestWhatCommandsShow(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py/image"] = `{"image": "py", "id": "sha256:1", "created": "2026-01-02T03:04:05Z", "size": 2500000000, "python": "3.12.1", "packages": {"numpy": "2.1"}}`
	f.answers["GET /api/courses/py/builds"] = `[{"id": "book", "name": "The book", "commit": "0123456789abcdef", "url": "https://nb.example.org/builds/py/book/latest/", "more": 1},
		{"id": "link", "name": "Link", "external_url": "https://book.example.org"}]`
	f.answers["GET /api/courses/py/key"] = `{"public_key": "ssh-ed25519 AAAA"}`
	f.answers["GET /api/courses/py/webhook"] = `{"url": "https://nb.example.org/api/webhooks/git/py", "secret": "s3cret"}`
	f.answers["GET /api/jobs/j1"] = `{"id": "j1", "kind": "pull", "course": "py", "state": "failed", "error_kind": "denied", "error": "The host said no."}`
	for command, want := range map[string][]string{
		"course image-details py": {"course", "sha256:1", "2.5 GB", "python  3.12.1", "numpy   2.1"},
		"course builds py":        {"book  The book  0123456789  ", "https://nb.example.org/builds/py/book/latest/\n", "https://book.example.org\n"},
		"course key py":           {"ssh-ed25519 AAAA\n"},
		"course webhook py":       {"https://nb.example.org/api/webhooks/git/py\n", "s3cret\n"},
		"job show j1":             {"pull", "py", "failed", "error (denied)\n  The host said no.\n"},
	} {
		args := append([]string{"--config", f.file}, strings.Fields(command)...)
		printed := good(t, args...)
		for _, part := range want {
			if !strings.Contains(printed, part) {
				t.Errorf("%s: %q is not in\n%s", command, part, printed)
			}
		}
		if printed := good(t, append(args, "--json")...); !json.Valid([]byte(printed)) {
			t.Errorf("%s: this is no JSON:\n%s", command, printed)
		}
	}
	if printed := good(t, "--config", f.file, "course", "builds", "py", "--json"); !strings.Contains(printed, `"more": 1`) {
		t.Errorf("what is not known is lost:\n%s", printed)
	}
}
