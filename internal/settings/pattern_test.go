package settings_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no string // paths, by spaces
	}{
		{"a.md", "a.md", "A.md a.mdx b/a.md"},
		{"*.md", "a.md .md .hidden.md", "w/a.md a.MD a.py"},
		{"w1/*", "w1/a w1/.a", "w1 w1/a/b w2/a"},
		{"*/*.md", "w/a.md .w/a.md", "a.md v/w/a.md"},
		{"**/*.md", "a.md w/a.md v/w/a.md .w/a.md", "a.py"},
		{"w/**/a", "w/a w/v/a w/v/v/a", "a v/a w/b"},
		{"**/v/**/a", "v/a w/v/a v/w/a v/v/a", "a w/a"},
		{"**", "", "a w/a"},
		{"w/**", "", "w w/a"},
		{"w/", "", "w w/a"},
		{"w?/a", "w1/a wé/a", "w/a w12/a w//a"},
		{"w[12]", "w1 w2", "w3 w w12"},
		{"w[!12]", "w3 wé", "w1 w"},
		{"w[^1]", "w^ w1", "w2"},
		{"w[0-9a-c]", "w0 w9 wb", "wd w-"},
		{"w[z-a]", "", "wz wa w-"},
		{"w[!z-a]", "wz w-", "w"},
		{"w[]-]", "w] w-", "w"},
		{"w[!]]", "wa", "w]"},
		{"w[a", "w[a", "wa"},
		{"w[]", "w[]", "w w]"},
		{`w\*`, `w\a w\`, "w* wa"},
		{"w[é-ê]", "wé wê", "we"},
		{"*a*b*c", "abc xaybzc aabbcc", "acb abcd"},
		{"a**c", "abc ac", "a/c"},
		{"./w//./a", "w/a", "a"},
		{"{a,b}", "{a,b}", "a b"},
		{"..x", "..x", ""},
		{"été*", "été.md", "ete.md"},
	} {
		p, err := settings.ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		for _, path := range strings.Fields(c.yes) {
			if !p.Match(path) {
				t.Errorf("%s does not match %s", c.pattern, path)
			}
		}
		for _, path := range strings.Fields(c.no) {
			if p.Match(path) {
				t.Errorf("%s matches %s", c.pattern, path)
			}
		}
	}
}

func TestParsePatternRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"": settings.ErrPatternEmpty, ".": settings.ErrPatternEmpty, "./.": settings.ErrPatternEmpty,
		"/a": settings.ErrPatternAbsolute, "/": settings.ErrPatternAbsolute,
		"..": settings.ErrPatternLeaves, "a/../b": settings.ErrPatternLeaves, "../a": settings.ErrPatternLeaves,
	} {
		if _, err := settings.ParsePattern(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
}

func TestGlobSortsByComponents(t *testing.T) {
	x := settings.NewIndex([]string{"a-b/1.md", "a/b/1.md", "a/2.md", "a.md", "a/b.md", "a/2.md", "a/10.md"})
	p, err := settings.ParsePattern("**/*.md")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a/10.md", "a/2.md", "a/b/1.md", "a/b.md", "a-b/1.md", "a.md"}
	if got := x.Glob(p); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzGlob checks that an index finds exactly what a pattern matches one by
// one, in the order of components.
func FuzzGlob(f *testing.F) {
	f.Add("**/*.md", "a.md\nw/a.md\nw.md\nw-1/b.md")
	f.Add("w[!a-c]*/?.*", "w1/b.md\nwé/é.md\nw[/x.y")
	f.Add("a/b/**/c", "a/b/c\na/bb/c\na/b/d/c\xff")
	f.Fuzz(func(t *testing.T, text, list string) {
		paths := strings.Split(list, "\n")
		x := settings.NewIndex(paths)
		p, err := settings.ParsePattern(text)
		if err != nil {
			return
		}
		var want []string
		for _, path := range paths {
			if p.Match(path) {
				want = append(want, path)
			}
		}
		slices.SortFunc(want, byComponents)
		want = slices.Compact(want)
		if got := x.Glob(p); !slices.Equal(got, want) {
			t.Errorf("%q of %q: got %q, want %q", text, paths, got, want)
		}
	})
}

func byComponents(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}

func BenchmarkEvaluate(b *testing.B) {
	in := bigCourse(b).input()
	for b.Loop() {
		if _, err := settings.Evaluate(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
