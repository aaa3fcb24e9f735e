package docker

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProgramsAreLookedForWhereTheyWouldBeFound(t *testing.T) {
	env := []string{"HOME=/x", "PATH=/usr/bin:/bin::rel", "PATHS=/no"}
	for program, want := range map[string][]string{
		"/a/b":    {"/a/b"},
		"./b":     {"/work/b"},
		"../c/d":  {"/c/d"},
		"python3": {"/usr/bin/python3", "/bin/python3"},
	} {
		if diff := cmp.Diff(want, places(program, "/work", env)); diff != "" {
			t.Errorf("%s: %s", program, diff)
		}
	}
	if got := places("python3", "/", []string{"HOME=/"}); len(got) != 0 {
		t.Errorf("without a PATH: got %q", got)
	}
}
