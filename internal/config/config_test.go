package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/config"
)

func TestTheExampleHoldsEveryDefault(t *testing.T) {
	fromExample, err := config.Parse([]byte(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	fromNothing, err := config.Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	equateEmpty := cmp.Transformer("nilIsEmpty", func(s []string) []string { return append([]string{}, s...) })
	if diff := cmp.Diff(fromNothing, fromExample, equateEmpty); diff != "" {
		t.Errorf("example.yaml differs from the defaults (-default +example):\n%s", diff)
	}
}

func TestAllFaultsAreListedAtOnce(t *testing.T) {
	_, err := config.Parse([]byte(`
root: relative/path
listn: 127.0.0.1:1
listen: [1, 2]
metrics: {listen: nowhere}
runtime: kubernetes
frame_ancestors: ["*", "a b"]
access:
  allowed_referer_domains: ["http://not a domain"]
  allowed_addresses: ["300.1.1.1"]
servers:
  memory: lots
  stop_grace: -1s
  pids: many
uids: {first: 0, last: 10}
`))
	faults, ok := errors.AsType[config.Faults](err)
	if !ok {
		t.Fatalf("got %v, want faults", err)
	}
	text := faults.Error()
	for _, want := range []string{
		"root:", "listn", "line 4", "metrics.listen", "kubernetes", `"*"`, `"a b"`, "allowed_referer_domains",
		"allowed_addresses", `"lots"`, "stop_grace", "many", "uids:",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no word of %s in:\n%s", want, text)
		}
	}
}

func TestValuesAreRead(t *testing.T) {
	cfg, err := config.Parse([]byte("servers: {memory: 512m, start_timeout: 90s}\npublic_url: https://nb.example.org\n"))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Servers.Memory != 512<<20 || cfg.Servers.StartTimeout.Seconds() != 90 || cfg.Servers.PIDs != 512 {
		t.Errorf("got %+v", cfg.Servers)
	}
	if got := len(cfg.Rules().Referers); got != 1 {
		t.Errorf("got %d referers, want the site's own", got)
	}
}

func TestOddFiles(t *testing.T) {
	for name, text := range map[string]string{
		"not YAML":         "root: [",
		"a list":           "- root\n",
		"two documents":    "root: /a\n---\nroot: /b\n",
		"a tab":            "servers:\n\tpids: 3\n",
		"a key twice":      "root: /a\nroot: /b\n",
		"too large a size": "servers: {memory: 99999999999t}\n",
	} {
		if _, err := config.Parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	for name, text := range map[string]string{"comments only": "# nothing\n", "null": "null\n"} {
		if _, err := config.Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nbhosting.yaml")
	if err := os.WriteFile(path, []byte("rot: /\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := config.Load(path + ".absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(config.Example)
	f.Add("servers: {memory: 1.5g}")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := config.Parse([]byte(text)); err != nil {
			if _, ok := errors.AsType[config.Faults](err); !ok {
				t.Errorf("not a list of faults: %v", err)
			}
		}
	})
}
