package workspace

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesInAZipAreTextAndEachItsOwn(t *testing.T) {
	entries := []entry{}
	listed := []string{"a%FF", "a\xff", "\xff%FE", "%FF\xfe", "é", "e\u0301", "a\nb", `..\x`, "👩🏽‍💻", "\u202ea"}
	for _, name := range listed {
		entries = append(entries, entry{name: name})
	}
	names := newNames(entries)
	var got []string
	for _, e := range entries {
		got = append(got, names.of(e.name))
	}
	want := []string{"a%FF", "a%FF_", "%FF%FE", "%FF%FE_", "é", "e\u0301", "a%0Ab", "..%5Cx", "👩🏽‍💻", "\u202ea"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
