package nbhosting_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/nbhosting/nbhosting"

// mayImport is the whole table: which packages of ours each package may import.
// "." is the vocabulary in the root, which imports nothing of ours. Tests are free.
var mayImport = map[string][]string{
	".":      {},
	"images": {},
	"demo":   {},

	// Leaves: they know the vocabulary at most.
	"internal/access":      {"."},
	"internal/disk":        {},
	"internal/git":         {},
	"internal/history":     {"."},
	"internal/git/sshtest": {},
	"internal/handover":    {},
	"internal/host":        {},
	"internal/jupyter":     {},

	// What stands for Jupyter where many servers are needed.
	"internal/jupyter/message":     {},
	"internal/jupyter/jupytertest": {"internal/jupyter/message"},
	"test/fakejupyter":             {"internal/jupyter/jupytertest"},

	"internal/metrics":  {"."},
	"internal/notebook": {},
	"internal/merge":    {".", "internal/notebook"},
	"internal/proxy":    {".", "internal/texts"},
	"internal/sandbox":  {},
	"internal/settings": {"."},
	"internal/runtime":  {},
	"internal/sqlite":   {"."},
	"internal/stats":    {"."},
	"internal/texts":    {"."},
	"internal/unixsock": {},

	// Drivers know the contract, and nothing of what is run.
	"internal/runtime/docker":                  {"internal/runtime"},
	"internal/runtime/process":                 {"internal/runtime", "internal/sandbox"},
	"internal/runtime/fake":                    {"internal/runtime"},
	"internal/runtime/runtimetest":             {"internal/runtime"},
	"internal/runtime/runtimetest/testprogram": {},

	// Repositories and data directories for tests.
	"internal/git/gittest": {},
	"internal/sitetest":    {"."},

	// Hostile workspaces for tests.
	"internal/workspace/workspacetest": {".", "internal/workspace"},

	// The domain does not know the web, nor any driver.
	"internal/build":     {".", "internal/course", "internal/disk", "internal/runtime", "internal/settings"},
	"internal/clone":     {".", "internal/git"},
	"internal/config":    {".", "internal/access"},
	"internal/course":    {".", "internal/clone", "internal/disk", "internal/git", "internal/revision", "internal/settings"},
	"internal/image":     {".", "images", "internal/jupyter", "internal/runtime", "internal/unixsock"},
	"internal/job":       {"."},
	"internal/revision":  {".", "internal/clone", "internal/disk", "internal/git", "internal/notebook", "internal/settings"},
	"internal/snapshot":  {".", "internal/notebook", "internal/revision", "internal/runtime", "internal/workspace"},
	"internal/tracks":    {".", "internal/sandbox", "internal/settings"},
	"internal/workspace": {"."},
	"internal/server":    {".", "internal/disk", "internal/jupyter", "internal/runtime", "internal/unixsock"},
	"internal/opening":   {".", "internal/access", "internal/course", "internal/notebook", "internal/revision", "internal/server", "internal/stats", "internal/work", "internal/workspace"},

	// A visitor: it knows the site as browsers do.
	"internal/loadtest": {".", "internal/host", "internal/jupyter/message"},

	"internal/monitor": {".", "internal/jupyter", "internal/runtime", "internal/server"},
	"internal/work":    {".", "internal/course", "internal/history", "internal/merge", "internal/revision", "internal/workspace"},

	"internal/upkeep": {".", "internal/build", "internal/course", "internal/image", "internal/job"},

	"internal/web": {
		".",
		"internal/build",
		"internal/course",
		"internal/history",
		"internal/image",
		"internal/job",
		"internal/merge",
		"internal/monitor",
		"internal/notebook",
		"internal/opening",
		"internal/server",
		"internal/settings",
		"internal/snapshot",
		"internal/texts",
		"internal/upkeep",
		"internal/work",
		"internal/workspace",
	},

	// Assembly knows all.
	"internal/app": {
		".",
		"internal/build",
		"internal/config",
		"internal/course",
		"internal/git",
		"internal/handover",
		"internal/history",
		"internal/host",
		"internal/image",
		"internal/job",
		"internal/jupyter",
		"internal/metrics",
		"internal/monitor",
		"internal/opening",
		"internal/proxy",
		"internal/runtime",
		"internal/runtime/docker",
		"internal/runtime/process",
		"internal/server",
		"internal/snapshot",
		"internal/sqlite",
		"internal/stats",
		"internal/tracks",
		"internal/unixsock",
		"internal/upkeep",
		"internal/web",
		"internal/work",
		"internal/workspace",
	},
	"internal/app/apptest": {".", "internal/app", "internal/config", "internal/git", "internal/jupyter/jupytertest", "internal/runtime", "internal/runtime/fake", "internal/unixsock"},
	"internal/cli": {
		".", "demo", "internal/app", "internal/config", "internal/course", "internal/git", "internal/handover", "internal/image",
		"internal/loadtest", "internal/unixsock", "internal/web",
	},
	"cmd/nbhosting": {"internal/cli"},
	"e2e":           {},

	"bench/bare":     {"internal/jupyter", "internal/unixsock"},
	"bench/courses":  {".", "internal/course", "internal/git", "internal/sqlite"},
	"bench/datapath": {".", "internal/proxy"},
	"bench/load":     {".", "bench/bare", "bench/site", "internal/loadtest"},
	"bench/openings": {"bench/bare", "bench/site"},
	"bench/saves":    {"bench/site"},
	"bench/site":     {".", "internal/git", "internal/unixsock"},
}

// goFiles returns the Go files of the repository that are not tests, by package.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (p != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") {
			packages[path.Dir(filepath.ToSlash(p))] = append(packages[path.Dir(filepath.ToSlash(p))], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func TestImportTable(t *testing.T) {
	for dir, files := range goFiles(t) {
		allowed, known := mayImport[dir]
		if !known {
			t.Errorf("package %s is not in the table: say there what it may import", dir)
			continue
		}
		for _, file := range files {
			for _, imported := range importsOfOurs(t, file) {
				if !slices.Contains(allowed, imported) {
					t.Errorf("%s imports %s, which package %s may not", file, imported, dir)
				}
			}
		}
	}
}

func importsOfOurs(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if name == module {
			ours = append(ours, ".")
		} else if short, found := strings.CutPrefix(name, module+"/"); found {
			ours = append(ours, short)
		}
	}
	return ours
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for dir, files := range goFiles(t) {
		documented := slices.ContainsFunc(files, func(file string) bool {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
			return err == nil && parsed.Doc != nil
		})
		if !documented {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

func TestNoPackageIsABag(t *testing.T) {
	for dir := range goFiles(t) {
		switch name := path.Base(dir); name {
		case "util", "utils", "common", "helpers", "misc":
			t.Errorf("%s: a package is named after its job", dir)
		}
	}
}

// TestFilesAreSmall keeps files to a size that is read in one sitting.
func TestFilesAreSmall(t *testing.T) {
	for _, files := range goFiles(t) {
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(string(text), "\n"); lines > 500 {
				t.Errorf("%s has %d lines", file, lines)
			}
		}
	}
}
