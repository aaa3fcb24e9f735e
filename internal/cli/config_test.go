package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheExampleIsAGoodConfiguration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nbhosting.yaml")
	if err := os.WriteFile(path, []byte(good(t, "config", "example")), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config", "check", path}, {"--config", path, "config", "check"}} {
		if got := good(t, args...); got != "the configuration is good\n" {
			t.Errorf("got %q", got)
		}
	}
}

func TestAllFaultsOfAConfigurationAreTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nbhosting.yaml")
	if err := os.WriteFile(path, []byte("root: here\nruntime: magic\ncolour: red\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	said := bad(t, "config", "check", path)
	for _, part := range []string{path, "root:", "runtime:", "colour"} {
		if !strings.Contains(said, part) {
			t.Errorf("%s is not told:\n%s", part, said)
		}
	}
	bad(t, "--config", path, "course", "list")
	bad(t, "config", "check", filepath.Join(t.TempDir(), "absent.yaml"))
}
