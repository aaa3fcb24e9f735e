package cli_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/cli"
)

func contextThatEnds(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

func TestDeletingAsksFirst(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py", "giturl": "https://git.example.org/py.git"}`
	f.answers["GET /api/servers"] = `[{"course": "py"}, {"course": "py"}, {"course": "bio"}]`
	for _, c := range []struct {
		args, typed string
		code        int
		told        []string
	}{
		{"", "py\n", 0, []string{"https://git.example.org/py.git", "to the trash", "2 servers run of it now (--force", "Type py to go on: "}},
		{"", "py", 0, nil},
		{"--purge --force", "py\n", 0, []string{"FOR GOOD", "2 servers of it will be stopped"}},
		{"", "yes\n", 1, []string{`Nothing was done: "yes" is not "py".`}},
		{"", "\n", 1, []string{"Nothing was done"}},
		{"", "", 1, []string{"Nothing was done"}},
	} {
		p := cli.Program{Stdin: strings.NewReader(c.typed), Interactive: true}
		r := called(t.Context(), p, append([]string{"--config", f.file, "course", "delete", "py"}, strings.Fields(c.args)...)...)
		if asked := f.called(); r.code != c.code || (len(asked) == 1) != (c.code == 0) {
			t.Errorf("%s, typed %q: got %+v, asked %q", c.args, c.typed, r, asked)
		}
		for _, part := range c.told {
			if !strings.Contains(r.stderr, part) {
				t.Errorf("%q is not told:\n%s", part, r.stderr)
			}
		}
	}
	if r := run(t, "--config", f.file, "course", "delete", "py"); r.code != 2 || !strings.Contains(r.stderr, "--yes") {
		t.Errorf("nobody to ask: got %+v", r)
	}
	if r := called(t.Context(), cli.Program{Stdin: strings.NewReader("no\n"), Interactive: true}, "--config", f.file, "course", "delete", "no"); r.code != 1 {
		t.Errorf("no such course: got %+v", r)
	}
	if asked := f.called(); asked != nil {
		t.Errorf("got %q", asked)
	}
}

func TestAQuestionCanBeInterrupted(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py"}`
	ctx, interrupt := contextThatEnds(t)
	stdin, typed := io.Pipe()
	defer typed.Close()
	p := cli.Program{Stdin: readerFunc(func(b []byte) (int, error) {
		interrupt() // somebody waits for the answer
		return stdin.Read(b)
	}), Interactive: true}
	if r := called(ctx, p, "--config", f.file, "course", "delete", "py"); r.code != 1 || !strings.Contains(r.stderr, "interrupted") {
		t.Errorf("got %+v", r)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
