package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/cli"
)

// completed returns what a shell is told to complete the last of args with.
func completed(t *testing.T, program string, args ...string) string {
	t.Helper()
	r := called(t.Context(), cli.Program{Name: program}, append([]string{"__completeNoDesc"}, args...)...)
	if r.code != 0 {
		t.Errorf("%q: got %+v", args, r)
	}
	words, _, _ := strings.Cut(r.stdout, ":")
	return strings.Join(strings.Fields(words), " ")
}

func TestNamesAreCompleted(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/jobs"] = `[{"id": "2", "state": "running"}, {"id": "1", "state": "failed"}]`
	f.answers["GET /api/courses/py"] = `{"name": "py", "builds": [{"id": "book"}, {"id": "notes"}]}`
	f.answers["GET /api/servers"] = `[{"course": "py", "student": "alice"}, {"course": "py", "student": "bob"}, {"course": "bio", "student": "carol"}]`
	for args, want := range map[string]string{
		"course pull ":                      "bio old-py py python3",
		"course pull py ":                   "bio old-py python3",
		"course show ":                      "bio old-py py python3",
		"course show py ":                   "",
		"course run-build ":                 "bio old-py py python3",
		"course run-build py ":              "book notes",
		"job follow ":                       "2 1",
		"job cancel ":                       "2",
		"job list --course ":                "bio old-py py python3",
		"job list --state ":                 "queued running succeeded failed cancelled interrupted",
		"server stop ":                      "py bio",
		"server stop py ":                   "alice bob",
		"build-core-images --base ":         "auto public debian",
		"course set py --autopull --image ": "",
		"jo":                                "job",
	} {
		if got := completed(t, "nbhosting", append([]string{"--config", f.file}, strings.Split(args, " ")...)...); got != want {
			t.Errorf("%q: got %q, want %q", args, got, want)
		}
	}
	if got := completed(t, "nbh-manage", "--config", f.file, "course-pull", ""); got != "bio old-py py python3" {
		t.Errorf("got %q", got)
	}
}

// TestCompletionOpensNoSite presses the key where nobody serves.
func TestCompletionOpensNoSite(t *testing.T) {
	root := filepath.Join(t.TempDir(), "site")
	file := configFile(t, root)
	for _, args := range []string{"course pull ", "job follow ", "server stop ", "course run-build py "} {
		if got := completed(t, "nbhosting", append([]string{"--config", file}, strings.Split(args, " ")...)...); got != "" {
			t.Errorf("%q: got %q", args, got)
		}
	}
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the site was opened: %v", err)
	}
	if got := completed(t, "nbhosting", "--config", "/no/such/file", "course", "pull", ""); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if script := good(t, "completion", shell); !strings.Contains(script, "nbhosting") {
			t.Errorf("got\n%s", script)
		}
		if script := manage(t, "completion", shell); !strings.Contains(script, "nbh-manage") {
			t.Errorf("got\n%s", script)
		}
	}
}
