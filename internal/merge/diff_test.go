package merge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/merge"
)

// tell writes a change as "KIND ID A>B: LINES", with o and m for outputs and metadata.
func tell(c merge.Change) string {
	var lines []string
	for _, l := range c.Lines {
		lines = append(lines, strings.TrimSpace(string(l.Op)+l.Text))
	}
	flags := ""
	if c.OutputsChanged {
		flags += " o"
	}
	if c.MetadataChanged {
		flags += " m"
	}
	return fmt.Sprintf("%s %s %d>%d%s: %s", c.Kind, c.ID, c.A, c.B, flags, strings.Join(lines, "; "))
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want []string
	}{
		{"a:one | b:two", "a:one | b:two", []string{"same a 0>0: one", "same b 1>1: two"}},
		{
			"a:one | b:x\ny\nz | c:three | d:four", "n:new | a:one | b:x\nY\nz | d:four > 4",
			[]string{"added n -1>0: +new", "same a 0>1: one", "changed b 1>2: x; -y; +Y; z", "removed c 2>-1: -three", "changed d 3>3 o: four"},
		},
		{"a:one | b:two | c:three", "c:three | a:one | b:two", []string{"moved c 2>0: three", "same a 0>1: one", "same b 1>2: two"}},
		{"a:one | b:two | c:three", "c:3 | a:one | b:two", []string{"changed c 2>0: -three; +3", "same a 0>1: one", "same b 1>2: two"}},
		{"one two three four | x", "y:one two three 4 | z:x", []string{"changed y 0>0: -one two three four; +one two three 4", "same z 1>1: x"}},
		{"a:one", "a:#one", []string{"changed a 0>0: one"}},
		{"one two three four", "#one two three 4 | x", []string{"removed  0>-1: -one two three four", "added  -1>0: +one two three 4", "added  -1>1: +x"}},
		{"", "a:", []string{"added a -1>0: "}},
		{"a:x\r\ny", "a:x\ny\n", []string{"changed a 0>0: x; y; +"}},
	} {
		changes, err := merge.Diff("a.ipynb", build(c.a), build(c.b))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		count := map[string]int{}
		for _, change := range changes.Cells {
			got = append(got, tell(change))
			count[string(change.Kind)]++
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q to %q (-want, +got)\n%s", c.a, c.b, diff)
		}
		if count["added"] != changes.Added || count["removed"] != changes.Removed || count["changed"] != changes.Changed || count["moved"] != changes.Moved {
			t.Errorf("counts %+v", changes)
		}
		if changes.Any() != (len(count) > 1 || count["same"] == 0) {
			t.Errorf("%q to %q: any %t", c.a, c.b, changes.Any())
		}
	}
}

func TestDiffOfMetadata(t *testing.T) {
	a, folded := withMetadata(4, "", `"tags": []`, ""), withMetadata(4, "", `"tags": [], "collapsed": true, "jupyter": {}, "execution": {}`, "")
	if got, err := merge.Diff("a.ipynb", a, folded); err != nil || got.Any() {
		t.Errorf("a fold: got %+v, %v", got, err)
	}
	if got, err := merge.Diff("a.ipynb", a, withMetadata(4, "", `"tags": ["x"]`, "")); err != nil || got.Changed != 1 || !got.Cells[0].MetadataChanged {
		t.Errorf("a tag: got %+v, %v", got, err)
	}
	if got, err := merge.Diff("a.ipynb", a, withMetadata(4, `"a": 1`, `"tags": []`, "")); err != nil || !got.Notebook || got.Changed != 0 {
		t.Errorf("a title: got %+v, %v", got, err)
	}
}

func TestDiffOfTexts(t *testing.T) {
	got, err := merge.Diff("a.md", []byte("---\na: 1\n---\n# Title\n\n```python\nx = 1\n```\n"), []byte("---\na: 2\n---\n# Title\n\nnew\n\n```python\nx = 2\n```\n"))
	if err != nil || !got.Notebook || got.Added != 1 || got.Changed != 1 || got.Removed != 0 || got.Cells[2].Type != "code" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestVersionsThatCannotBeCompared(t *testing.T) {
	for want, c := range map[string][2][]byte{"older": {nil, build("a")}, "newer": {build("a"), []byte("x")}} {
		if _, err := merge.Diff("a.ipynb", c[0], c[1]); nbhosting.KindOf(err) != nbhosting.Conflict || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
