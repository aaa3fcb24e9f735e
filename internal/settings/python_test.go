package settings_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// globScript answers, for each pattern, with the files that pathlib finds.
const globScript = `
import json, pathlib, sys
root = pathlib.Path(sys.argv[1])
answer = []
for pattern in json.load(sys.stdin):
    found = sorted(p.relative_to(root) for p in root.glob(pattern) if p.is_file())
    answer.append([str(p) for p in found])
json.dump(answer, sys.stdout)
`

// TestLikePython compares patterns with Python's pathlib, on random trees.
func TestLikePython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	const trees, patterns = 6, 200
	for seed := range uint64(trees) {
		random := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		paths := growTree(t, random, dir)
		texts := make([]string, patterns)
		for i := range texts {
			texts[i] = randomPattern(random, paths)
		}
		x := settings.NewIndex(paths)
		for i, want := range askPython(t, python, dir, texts) {
			p, err := settings.ParsePattern(texts[i])
			if err != nil {
				t.Fatalf("%q: %v", texts[i], err)
			}
			if got := x.Glob(p); !slices.Equal(got, want) {
				t.Errorf("tree %d, %q:\n got %q\nwant %q", seed, texts[i], got, want)
			}
		}
	}
}

func askPython(t *testing.T, python, dir string, patterns []string) [][]string {
	t.Helper()
	question, err := json.Marshal(patterns)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-I", "-X", "utf8", "-c", globScript, dir)
	cmd.Stdin = strings.NewReader(string(question))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answer [][]string
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// alphabet holds what is special somewhere in a pattern, and a few that are not.
const alphabet = `aabbcA.-é!^]\[&~|`

func randomName(random *rand.Rand) string {
	letters := []rune(alphabet)
	for {
		var b strings.Builder
		for range 1 + random.IntN(3) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		if name := b.String(); name != "." && name != ".." {
			return name
		}
	}
}

// growTree makes files in dir, and returns their paths.
func growTree(t *testing.T, random *rand.Rand, dir string) []string {
	t.Helper()
	dirs := []string{"."}
	var paths []string
	for range 60 {
		path := filepath.Join(dirs[random.IntN(len(dirs))], randomName(random))
		full := filepath.Join(dir, path)
		if _, err := os.Stat(full); err == nil {
			continue
		}
		if random.IntN(3) == 0 {
			if err := os.Mkdir(full, 0o755); err != nil {
				t.Fatal(err)
			}
			dirs = append(dirs, path)
			continue
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// randomPattern makes a pattern of a path, so that many match something. What
// versions of Python disagree about, or refuse, it does not make: “**” at the
// end or within a longer component.
func randomPattern(random *rand.Rand, paths []string) string {
	names := strings.Split(paths[random.IntN(len(paths))], "/")
	for i, name := range names {
		names[i] = strings.ReplaceAll(randomComponent(random, name), "**", "*")
		if i < len(names)-1 && random.IntN(4) == 0 {
			names[i] = "**"
		}
	}
	if random.IntN(4) == 0 {
		names = slices.Insert(names, random.IntN(len(names)), "**")
	}
	pattern := strings.Join(names, "/")
	if _, err := settings.ParsePattern(pattern); err != nil {
		return "*"
	}
	return pattern
}

func randomComponent(random *rand.Rand, name string) string {
	var b strings.Builder
	for _, letter := range name {
		switch random.IntN(8) {
		case 0:
			b.WriteString("*")
		case 1:
			b.WriteString("?")
		case 2:
			b.WriteString("[" + randomName(random) + string(letter) + "]")
		case 3:
			b.WriteString("[!" + randomName(random) + "]")
		case 4:
			b.WriteString("[" + randomName(random) + "-" + randomName(random) + "-" + randomName(random) + "]")
		default:
			b.WriteRune(letter)
		}
	}
	return b.String()
}
