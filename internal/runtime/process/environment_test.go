package process

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	for _, test := range []struct{ given, want []string }{
		{nil, []string{"PATH=/bin", "NBHOSTING_INSTANCE=m"}},
		{[]string{"A=1"}, []string{"A=1", "PATH=/bin", "NBHOSTING_INSTANCE=m"}},
		{[]string{"PATH=/x"}, []string{"PATH=/x", "NBHOSTING_INSTANCE=m"}},
	} {
		if diff := cmp.Diff(test.want, environment(test.given, "/bin", "m")); diff != "" {
			t.Errorf("%q: %s", test.given, diff)
		}
	}
}

func TestLookUp(t *testing.T) {
	dir := t.TempDir()
	program, text := filepath.Join(dir, "program"), filepath.Join(dir, "text")
	for path, mode := range map[string]os.FileMode{program: 0o755, text: 0o644} {
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	path := "/no/such/dir:" + dir
	for _, test := range []struct{ path, name, want string }{
		{path, "program", program},
		{path, "/any/where", "/any/where"},
		{path, "text", ""},
		{path, "nothing", ""},
		{path, "./program", ""},
		{".", "program", ""}, // not from wherever we happen to be
		{"", "program", ""},
	} {
		if got, err := lookUp(test.path, test.name); got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("look for %s in %q: %q, %v, want %q", test.name, test.path, got, err, test.want)
		}
	}
}
