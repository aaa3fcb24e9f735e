package texts

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"
)

// Each language has a directory of files, one for each package whose sentences they
// hold. English has only those of which there is more than one form.
//
//go:embed en fr
var files embed.FS

// Entry is how one English sentence is said in a language.
type Entry struct {
	Text string // where there is one form

	// Where there are several, forms by their names in CLDR ("one", "other", …).
	// Which one it is, says argument By, from 1.
	Forms map[string]string
	By    int
}

// UnmarshalYAML reads a sentence, or a mapping of forms, in which "by" may say
// which argument chooses.
func (e *Entry) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&e.Text)
	}
	var said struct {
		By    int               `yaml:"by"`
		Forms map[string]string `yaml:",inline"`
	}
	if err := node.Decode(&said); err != nil {
		return err
	}
	if said.Forms["other"] == "" {
		return fmt.Errorf("line %d: the form “other” is missing", node.Line)
	}
	e.Forms, e.By = said.Forms, max(said.By, 1)
	return nil
}

// each returns the entry with its texts changed.
func (e Entry) each(change func(string) string) Entry {
	e.Text = change(e.Text)
	if e.Forms != nil {
		e.Forms = maps.Clone(e.Forms)
	}
	for form, text := range e.Forms {
		e.Forms[form] = change(text)
	}
	return e
}

// french sets the signs of a French text as printers do, which few keyboards can:
// with spaces before “;:!?” and inside “« »” that are narrow and do not break.
func french(text string) string {
	return strings.NewReplacer(
		" ;", "\u202f;", " :", "\u202f:", " !", "\u202f!", " ?", "\u202f?", "« ", "«\u202f", " »", "\u202f»", "'", "’",
	).Replace(text)
}

// Texts are the form or forms of an entry.
func (e Entry) Texts() []string {
	if e.Forms == nil {
		return []string{e.Text}
	}
	return slices.Sorted(maps.Values(e.Forms))
}

func (e Entry) message() catalog.Message {
	if e.Forms == nil {
		return catalog.String(e.Text)
	}
	var cases []any
	for _, form := range slices.Sorted(maps.Keys(e.Forms)) { // the first that fits counts: "=0" comes before "one"
		if form != "other" {
			cases = append(cases, form, e.Forms[form])
		}
	}
	return plural.Selectf(e.By, "%d", append(cases, "other", e.Forms["other"])...)
}

// Entries are all the entries of a language, by their English sentences.
func Entries(lang string) (map[string]Entry, error) { return entriesIn(files, lang) }

func entriesIn(files fs.FS, lang string) (map[string]Entry, error) {
	names, err := fs.Glob(files, path.Join(lang, "*.yaml"))
	if err != nil {
		return nil, err
	}
	all := map[string]Entry{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		entries := map[string]Entry{}
		if err := yaml.Unmarshal(text, &entries); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, entry := range entries {
			if lang == "fr" {
				entry = entry.each(french)
			}
			if there, ok := all[key]; ok && strings.Join(there.Texts(), "") != strings.Join(entry.Texts(), "") {
				return nil, fmt.Errorf("%s says %q in another way than another file", name, key)
			}
			all[key] = entry
		}
	}
	return all, nil
}

// catalogue panics if a file cannot be read: they are part of the program, and a test reads them all.
var catalogue = sync.OnceValue(func() catalog.Catalog {
	builder := catalog.NewBuilder(catalog.Fallback(language.English))
	for _, tag := range languages {
		entries, err := Entries(tag.String())
		if err != nil {
			panic(err)
		}
		for key, entry := range entries {
			if err := builder.Set(tag, key, entry.message()); err != nil {
				panic(fmt.Sprintf("%s: %q: %v", tag, key, err))
			}
		}
	}
	return builder
})
