package nbhosting_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/texts"
)

// englishOnly are the packages and files whose failures students do not meet, but
// administrators and teachers in commands and jobs. All others say theirs in every
// language; so does a new package, without a word here.
var englishOnly = []string{
	"bench", "cmd", "e2e", "job.go",
	"internal/app", "internal/cli", "internal/clone", "internal/config", "internal/git", "internal/image", "internal/job", "internal/loadtest",
	"internal/runtime", "internal/sandbox", "internal/settings", "internal/tracks", "internal/upkeep",
	"internal/build/copy.go", "internal/build/explain.go", "internal/build/publish.go", "internal/build/run.go",
	"internal/course/check.go", "internal/course/create.go", "internal/course/empty.go", "internal/course/explain.go", "internal/course/lock.go",
	"internal/course/recover.go", "internal/course/rename.go", "internal/course/set.go", "internal/course/webhook.go",
	"internal/revision/build.go", "internal/revision/evaluate.go", "internal/revision/explain.go", "internal/revision/parts.go",
	"internal/sqlite/change.go",
	"internal/web/api.go", "internal/web/servers.go", "internal/web/webhook.go",
}

// sentence is where an English sentence is used.
type sentence struct{ text, at, catalogue string }

// TestEverySentenceIsInEveryCatalogue looks for sentences in templates and in Go, and for
// what the catalogues say of them.
func TestEverySentenceIsInEveryCatalogue(t *testing.T) {
	used := map[string]sentence{}
	for _, s := range append(sentencesInGo(t), sentencesInPages(t)...) {
		used[s.text] = s
	}
	french, err := texts.Entries("fr")
	if err != nil {
		t.Fatal(err)
	}
	var lacking []string
	for _, text := range slices.Sorted(maps.Keys(used)) {
		entry, ok := french[text]
		if !ok {
			lacking = append(lacking, fmt.Sprintf("to internal/texts/fr/%s.yaml, for %s:\n%q: \"\"", used[text].catalogue, used[text].at, text))
			continue
		}
		for _, said := range entry.Texts() {
			checkEntry(t, text, said)
		}
	}
	if len(lacking) > 0 {
		t.Errorf("These sentences are not in French. Add them, translated (docs/architecture.md, “Texts”), or, if it is a failure that students do not meet, "+
			"add the file to englishOnly in texts_test.go:\n\n%s", strings.Join(lacking, "\n\n"))
	}
	english, err := texts.Entries("en")
	if err != nil {
		t.Fatal(err)
	}
	for lang, entries := range map[string]map[string]texts.Entry{"fr": french, "en": english} {
		for text := range entries {
			if _, ok := used[text]; !ok {
				t.Errorf("internal/texts/%s has a sentence that is used nowhere: %q", lang, text)
			}
		}
	}
	for text, entry := range english {
		for _, said := range entry.Texts() {
			checkVerbs(t, text, said)
		}
		if entry.Forms == nil {
			t.Errorf("internal/texts/en says %q, which needs no entry: English has only sentences of several forms", text)
		}
	}
}

var (
	verb        = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[\d.]*[a-zA-Z%]`)
	placeholder = regexp.MustCompile(`\{\w+\}`)
)

// verbs are the verbs of a sentence by the argument that each of them says, and the
// places that scripts fill. %q may be said otherwise: « %s ».
func verbs(sentence string) string {
	var all []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(sentence, -1) {
		if strings.HasSuffix(m[0], "%") {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(strings.Trim(m[1], "[]"))
		}
		letter := m[0][len(m[0])-1:]
		if letter == "q" {
			letter = "s"
		}
		all = append(all, fmt.Sprintf("%%[%d]%s", next, letter))
		next++
	}
	all = append(all, placeholder.FindAllString(sentence, -1)...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func checkVerbs(t *testing.T, english, said string) {
	t.Helper()
	if want, got := verbs(english), verbs(said); got != want {
		t.Errorf("what stands in it differs, %q where it is used, %q in the catalogue: %q", want, got, english)
	}
}

// faults are signs without their space (the spaces that are there are made narrow
// and unbreakable where the catalogue is read), and the like.
var faults = regexp.MustCompile(`[^\x{202f}][;!?»]|[^\x{202f}]:( |$)|«[^\x{202f}]|\.\.\.|  | $|^ `)

func checkEntry(t *testing.T, english, french string) {
	t.Helper()
	if french == "" {
		t.Errorf("it is said with no words in French: %q", english)
	}
	checkVerbs(t, english, french)
	if at := faults.FindString(french); at != "" {
		t.Errorf("near %q: in French, a space comes before “;”, “:”, “!”, “?” and inside “« »”; three dots are “…”: %q", at, french)
	}
}

// sayingWords is a string of a script that looks like a sentence.
var sayingWords = regexp.MustCompile("[\"'`][A-Z][a-z]+[^\"'`;]* [^\"'`;]*[\"'`]")

func TestScriptsSayNothingByThemselves(t *testing.T) {
	for _, name := range filesNamed(t, ".js") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			code, _, _ := strings.Cut(line, "// ")
			if at := sayingWords.FindString(code); at != "" {
				t.Errorf("%s says %s: let the page give it that, by {{words}}", name, at)
			}
		}
	}
}
