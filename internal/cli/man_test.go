package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// subcommands returns the commands that the help of a command lists.
func subcommands(t *testing.T, runs func(*testing.T, ...string) string, path ...string) (names []string) {
	t.Helper()
	listing := false
	for line := range strings.Lines(runs(t, append(path, "--help")...)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "Available Commands:" || line == "Commands:" || line == "Additional Commands:" || strings.HasPrefix(line, "What has"):
			listing = true
		case line == "":
			listing = false
		case listing:
			names = append(names, strings.Fields(line)[0])
		}
	}
	return names
}

func TestEveryCommandHasAManualPage(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1767323045") // in January 2026
	t.Setenv("NBHOSTING_CONFIG", "/of/this/machine")
	dir := filepath.Join(t.TempDir(), "man1")
	good(t, "man", dir)
	var pages int
	var check func(runs func(*testing.T, ...string) string, program string, path ...string)
	check = func(runs func(*testing.T, ...string) string, program string, path ...string) {
		name := strings.Join(append([]string{program}, path...), "-")
		text, err := os.ReadFile(filepath.Join(dir, name+".1"))
		if err != nil {
			t.Error(err)
			return
		}
		pages++
		if page := string(text); !strings.Contains(page, `"Jan 2026"`) || strings.Contains(page, "/of/this/machine") || strings.Contains(page, "cobra") {
			t.Errorf("%s:\n%s", name, page)
		}
		for _, sub := range subcommands(t, runs, path...) {
			if sub != "help" {
				check(runs, program, append(append([]string{}, path...), sub)...)
			}
		}
	}
	check(good, "nbhosting")
	check(manage, "nbh-manage")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != pages || pages < 60 {
		t.Errorf("%d files of %d commands, %v", len(files), pages, err)
	}
	bad(t, "man", filepath.Join(dir, "nbhosting.1"))
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	bad(t, "man", dir)
}

// TestEveryCommandIsExplained holds for who reads a page of the manual, too.
func TestEveryCommandIsExplained(t *testing.T) {
	for _, noun := range subcommands(t, good) {
		for _, verb := range subcommands(t, good, noun) {
			if noun == "completion" || noun == "config" {
				continue
			}
			if help := good(t, noun, verb, "--help"); !strings.Contains(help, "Examples:\n  nbhosting ") {
				t.Errorf("no example: %s", help)
			}
		}
	}
}
