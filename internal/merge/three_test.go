package merge_test

import (
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/merge"
)

var rules = map[string]struct {
	base, mine, theirs string
	want, counts       string
}{
	// What the student left alone follows the course.
	"the course changed a cell": {
		"a:one | b:two", "a:one | b:two | s:mine", "a:one | b:two words",
		"a:one | b:two words | s:mine", "updated 1, kept 1",
	},
	"the course added cells": {
		"a:one | b:two", "a:one | b:2", "n:first | a:one | m:between | b:two | l:last",
		"n:first | a:one | m:between | b:2 | l:last", "added 3, kept 1",
	},
	"the course removed a cell": {
		"a:one | b:two | c:three", "a:one | b:two | c:3", "a:one | c:three",
		"a:one | c:3", "removed 1, kept 1",
	},
	"the course moved a cell": {
		"a:one | b:two | c:three", "a:one | s:mine | b:two | c:three", "c:three | a:one | b:two",
		"c:three | a:one | s:mine | b:two", "kept 1",
	},
	"the course gave outputs": {
		"a:one | b:two", "a:one | b:2", "a:one > 1 | b:two > 2",
		"a:one > 1 | b:2", "updated 1, kept 1",
	},

	// What the student did stays.
	"the student changed a cell": {
		"a:one | b:two", "a:my one | b:two", "a:one | b:two words",
		"a:my one | b:two words", "updated 1, kept 1",
	},
	"the student ran a cell that the course did not change": {
		"a:one | b:two", "a:one > 1 | b:two", "a:one | b:two words",
		"a:one > 1 | b:two words", "updated 1",
	},
	"the student ran a cell that the course changed: outputs stay, as when a cell is edited": {
		"a:one | b:two", "a:one > 1 | b:two", "a:one word | b:two",
		"a:one word > 1 | b:two", "updated 1",
	},
	"the student ran a cell of which the course changed the outputs": {
		"a:one > 0 | b:two", "a:one > 1 | b:2", "a:one > 2 | b:two",
		"a:one > 1 | b:2", "kept 1",
	},
	"the student cleared outputs": {
		"a:one > 0 | b:two", "a:one | b:two", "a:one > 0 | b:two words",
		"a:one | b:two words", "updated 1",
	},
	"the student added cells, which stay behind those that they follow": {
		"a:one | b:two | c:three", "s:top | a:one | t:after one | b:two | c:three | u:end", "a:one | n:new | c:three | b:two",
		"s:top | a:one | t:after one | n:new | c:three | u:end | b:two", "added 1, kept 3",
	},
	"the student moved a cell": {
		"a:one | b:two | c:three", "c:three | a:one | b:two", "a:one | n:new | b:two words | c:three",
		"c:three | a:one | n:new | b:two words", "added 1, updated 1",
	},
	"both moved cells: the student's order": {
		"a:one | b:two | c:three", "c:three | a:one | b:two", "b:two | a:one | c:three words",
		"c:three words | a:one | b:two", "updated 1",
	},
	"the student removed a cell": {
		"a:one | b:two | c:three", "a:one | c:three", "a:one | b:two | c:three words",
		"a:one | c:three words", "updated 1",
	},
	"both changed a cell in the same way": {
		"a:one | b:two", "a:one word > 1 | b:2", "a:one word | b:two",
		"a:one word > 1 | b:2", "kept 1",
	},
	"both removed a cell": {"a:one | b:two | c:three", "a:one | c:3", "a:one | c:three | n:new", "a:one | c:3 | n:new", "added 1, kept 1"},
	"both added the same cell": {
		"a:one", "a:one | s:shared > 1", "a:one | n:shared",
		"a:one | n:shared > 1", "",
	},
	"both added an empty cell": {
		"a:one", "a:one | s:", "a:one | n:",
		"a:one | s: | n:", "added 1, kept 1",
	},

	// Where both did something, both are kept.
	"both changed a cell": {
		"a:one | b:two", "a:my one > 1 | b:two", "a:one word | b:two",
		"<mine> | ?:my one > 1 !mine | <theirs> | a:one word !theirs | b:two", "conflicts 1",
	},
	"the course removed what the student changed": {
		"a:one | b:two", "a:one | b:my two", "a:one",
		"a:one | b:my two !removed", "kept 1",
	},
	"the course removed what the student ran": {
		"a:one | b:two", "a:one | b:two > 2", "a:one",
		"a:one | b:two > 2 !removed", "kept 1",
	},
	"the student removed what the course changed": {
		"a:one | b:two", "a:one", "a:one | b:two words",
		"a:one | <theirs> | b:two words !theirs", "conflicts 1",
	},
	"the student removed what the course changed by a space only": {
		"a:one | b:two", "a:one | s:mine", "a:one | b: two",
		"a:one | s:mine", "kept 1",
	},
	"the course made text of what the student ran": {
		"a:one | b:two", "a:one > 1 | b:two", "a:#one | b:two",
		"<mine> | ?:one > 1 !mine | <theirs> | a:#one !theirs | b:two", "conflicts 1",
	},
	"the student made text of what the course changed": {
		"a:one", "a:#one", "a:one word",
		"<mine> | ?:#one !mine | <theirs> | a:one word !theirs", "conflicts 1",
	},

	// Cells are recognized in spite of their ids.
	"the student's Jupyter gave ids": {
		"one | two | three", "x:one > 1 | y:my two | z:three", "one | two | three words",
		"x:one > 1 | y:my two | z:three words", "updated 1, kept 1",
	},
	"the student's Jupyter gave other ids, and the student filled a cell in": {
		"a:#question | b:... | c:#next", "x:#question | y:def f(n): return n | z:#next", "a:#question | b:... | c:#next one",
		"a:#question | b:def f(n): return n | c:#next one", "updated 1, kept 1",
	},
	"the course's tool counts": {
		"1:one | 2:two | 3:three", "1:one | 2:my two | 3:three", "1:intro | 2:one | 3:two | 4:three words",
		"1:intro | 2:one | 3:my two | 4:three words", "added 1, updated 1, kept 1",
	},
	"no ids at all": {
		"#intro | x = 1 | plt.show() | #middle | plt.show()", "#intro | x = 42 | plt.show() > p | #middle | plt.show()", "#intro | #middle of it | x = 1 | plt.show() | #middle | plt.show()",
		"#intro | #middle of it | x = 42 | plt.show() > p | #middle | plt.show()", "added 1, kept 1",
	},
	"empty cells without ids": {
		"#one | # | #", "#one | # | # | #mine", "#one word | # | #",
		"#one word | # | # | #mine", "updated 1, kept 1",
	},
	"the student copied a cell with its id": {
		"a:one | b:two", "a:one | a:one | b:two", "a:one word | b:two",
		"a:one word | ?:one | b:two", "updated 1, kept 1",
	},
	"the student copied a cell with its id, and changed the copy": {
		"a:one | b:two", "a:my own | a:one | b:two", "a:one word | b:two",
		"?:my own | a:one word | b:two", "updated 1, kept 1",
	},
	"the student copied a cell, and changed the first": {
		"a:one | b:two", "a:my own | s:one | b:two", "a:one word | b:two",
		"<mine> | ?:my own !mine | <theirs> | a:one word !theirs | s:one | b:two", "kept 1, conflicts 1",
	},
	"the course put another cell in the place of one": {
		"a:one | b:alpha | c:three", "a:one | b:alpha beta > 1 | c:three", "a:one | n:something else | c:three",
		"a:one | b:alpha beta > 1 !removed | n:something else | c:three", "added 1, kept 1",
	},
}

func TestRules(t *testing.T) {
	for name, c := range rules {
		t.Run(name, func(t *testing.T) {
			got, err := merge.Three("a.ipynb", build(c.base), build(c.mine), build(c.theirs), options)
			if err != nil {
				t.Fatal(err)
			}
			if shown := show(t, got.Content, c.base+" "+c.mine+" "+c.theirs); shown != c.want || counts(got.Summary) != c.counts {
				t.Errorf("\nbase   %s\nmine   %s\ntheirs %s\nwant   %s (%s)\ngot    %s (%s)", c.base, c.mine, c.theirs, c.want, c.counts, shown, counts(got.Summary))
			}
		})
	}
}

func TestWithoutABase(t *testing.T) {
	for _, c := range []struct{ mine, theirs, want, counts string }{
		{"a:one > 1 | b:two", "a:one > 0 | b:two", "a:one > 1 | b:two", ""},
		{"a:one | b:two", "a:one > 0 | b:two", "a:one > 0 | b:two", "updated 1"},
		{"a:one | s:mine", "a:one | b:two", "a:one | s:mine | b:two", "added 1, kept 1"},
		{"a:my one | b:two", "a:one | b:two", "<mine> | ?:my one !mine | <theirs> | a:one !theirs | b:two", "conflicts 1"},
		{"b:two | a:one", "a:one | n:new | b:two", "b:two | a:one | n:new", "added 1"},
	} {
		for _, base := range [][]byte{nil, []byte("damaged")} {
			got, err := merge.Three("a.ipynb", base, build(c.mine), build(c.theirs), options)
			if err != nil {
				t.Fatal(err)
			}
			if shown := show(t, got.Content, c.mine+" "+c.theirs); shown != c.want || counts(got.Summary) != c.counts {
				t.Errorf("\nmine   %s\ntheirs %s\nwant   %s (%s)\ngot    %s (%s)", c.mine, c.theirs, c.want, c.counts, shown, counts(got.Summary))
			}
		}
	}
}

// TestTheNextMerge goes on from a conflict that the student left as it was.
func TestTheNextMerge(t *testing.T) {
	first, err := merge.Three("a.ipynb", build("a:one | b:two"), build("a:my one | b:two"), build("a:one word | b:two"), options)
	if err != nil {
		t.Fatal(err)
	}
	next, err := merge.Three("a.ipynb", build("a:one word | b:two"), first.Content, build("a:one word more | b:two | n:new"), options)
	if err != nil {
		t.Fatal(err)
	}
	want := "<mine> | ?:my one !mine | <theirs> | a:one word more !theirs | b:two | n:new"
	if got := show(t, next.Content, "a: b: n:"); got != want || next.Conflicts != 0 {
		t.Errorf("\nwant %s\ngot  %s, %s", want, got, counts(next.Summary))
	}
}

func TestNotebooksThatCannotBeMerged(t *testing.T) {
	good, other := build("a:one"), build("a:two")
	old := []byte(`{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": "one", "outputs": []}]}]}`)
	for name, c := range map[string]struct {
		base, mine, theirs []byte
		want               string
	}{
		"damaged copy":                          {good, []byte("{"), other, "Your copy of this notebook cannot be read"},
		"damaged course's":                      {good, other, []byte("{"), "The course's new version of this notebook cannot be read"},
		"damaged, and untouched by the student": {good, good, []byte("{"), "The course's new version"},
		"old copy":                              {good, old, other, "too old"},
		"old course's":                          {good, other, old, "too old"},
	} {
		got, err := merge.Three("a.ipynb", c.base, c.mine, c.theirs, options)
		if nbhosting.KindOf(err) != nbhosting.Conflict || !strings.Contains(nbhosting.MessageOf(err), c.want) || got.Content != nil {
			t.Errorf("%s: got %s, %v", name, got.Content, err)
		}
	}
	// An old base serves: Jupyter brings notebooks up to date as it saves them.
	got, err := merge.Three("a.ipynb", old, build("a:one > 1"), build("a:one | b:new"), options)
	if err != nil || show(t, got.Content, "a: b:") != "a:one > 1 | b:new" {
		t.Errorf("old base: got %s, %v", got.Content, err)
	}
}
