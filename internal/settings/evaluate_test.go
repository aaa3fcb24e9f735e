package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// TestSilence shows the settings of a course that says nothing.
func TestSilence(t *testing.T) {
	s := tree{}.evaluate(t)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"tracks":[{"id":"generic","name":"generic","description":"generated track from all ipynb's found in repo","sections":[]}],` +
		`"tracks_filter":[],"static_mappings":[{"source":"media","destination":"media"},{"source":"data","destination":"data"}],"links":[],` +
		`"builds":[],"builds_filter":[],"notebook_url_format":"","hidden":[],"bar":true,"findings":[]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestListsAreNeverNull(t *testing.T) {
	for _, text := range []string{
		"", "tracks:\nbuilds:\nhidden:\nstatic-mappings:\ntracks-filter:\nbuilds-filter:", "tracks: 1\nbuilds: 1\nhidden: {}\nstatic-mappings: 1",
		"tracks: [{name: x, sections: []}]\ntracks-filter: [y]\nbuilds: [{name: x}]\nbuilds-filter: [y]", "a: b: c",
	} {
		v := reflect.ValueOf(yaml(text).evaluate(t))
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice && f.IsNil() {
				t.Errorf("%q: %s is nil", text, v.Type().Field(i).Name)
			}
		}
	}
}

func TestCallersErrors(t *testing.T) {
	broken := errors.New("the disk is broken")
	reading := yaml("").input()
	reading.Read = func(settings.Layer, string) ([]byte, error) { return nil, broken }
	judging := plainTree("a.md").input()
	judging.IsNotebook = func(string) (bool, error) { return false, broken }
	for name, in := range map[string]settings.Input{"reading": reading, "judging": judging} {
		if _, err := settings.Evaluate(t.Context(), in); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := settings.Evaluate(ctx, yaml("").input()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// bigCourse is a course of 2,000 notebooks and 200 patterns of all kinds.
func bigCourse(tb testing.TB) tree {
	tb.Helper()
	tr := tree{}
	for i := range 2000 {
		tr[fmt.Sprintf("w%02d/s%d/notebook-%04d.ipynb", i/100, i/20%5, i)] = ""
	}
	var b strings.Builder
	b.WriteString("tracks:\n- name: all\n  description: all\n  sections:\n")
	for i := range 50 {
		fmt.Fprintf(&b, "  - name: section %d\n    notebooks:\n", i)
		fmt.Fprintf(&b, "    - w%02d/s*/notebook-*\n", i%20)
		fmt.Fprintf(&b, "    - \"**/notebook-%02d*.ipynb\"\n", i%20)
		fmt.Fprintf(&b, "    - \"*/s[0-3]/*%d\"\n", i%10)
		fmt.Fprintf(&b, "    - w%02d/s0/notebook-%04d\n", i%20, i%20*100)
	}
	return tr.with(".nbhosting/nbhosting.yaml", b.String())
}

func TestABigCourse(t *testing.T) {
	s := bigCourse(t).evaluate(t)
	wantFindings(t, s)
	if n := len(s.Tracks[0].Sections); n != 50 {
		t.Fatalf("%d sections", n)
	}
	if n := len(s.Tracks[0].Sections[7].Notebooks); n != 100+100+160+1 {
		t.Errorf("%d notebooks", n)
	}
}

// FuzzEvaluate checks that nothing that an author writes makes us fail.
func FuzzEvaluate(f *testing.F) {
	for _, c := range yamlCases() {
		if len(c.yaml) > 10_000 {
			continue // it takes the fuzzer too long to change
		}
		f.Add(c.yaml, "data -> data # x")
	}
	f.Add("tracks: &a [{name: x, sections: *a}]", "a -> b -> c")
	f.Add("a: &a {<<: *a, b: 1}\nbuilds: [*a]", "->")
	f.Fuzz(func(t *testing.T, text, mappings string) {
		tr := yaml(text).with("nbhosting/static-mappings", mappings).with("local/nbhosting.yaml", "tracks-filter: [x]")
		s := tr.evaluate(t)
		if _, err := json.Marshal(s); err != nil {
			t.Error(err)
		}
		for _, finding := range s.Findings {
			if finding.Line < 0 || finding.Line > lineBreaks(text)+lineBreaks(mappings)+2 || finding.File == "" || finding.Message == "" || strings.Contains(finding.Message, "%!") {
				t.Errorf("%+v of %q", finding, text)
			}
		}
		for _, track := range s.Tracks {
			for _, section := range track.Sections {
				if len(section.Notebooks) == 0 {
					t.Errorf("an empty section of %q", text)
				}
			}
		}
	})
}

// lineBreaks counts all that YAML takes for the end of a line.
func lineBreaks(s string) int {
	return len(strings.FieldsFunc("."+strings.NewReplacer("\n", "\n.", "\r", "\n.", "\u0085", "\n.", "\u2028", "\n.", "\u2029", "\n.").Replace(s), func(c rune) bool { return c == '\n' })) - 1
}
