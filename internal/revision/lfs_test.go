package revision_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
)

const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

func TestLFSPointersAreReported(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{
		"w1/a.ipynb": pointer, "data/big.csv": pointer, "modules/m.bin": pointer, "elsewhere.zip": pointer, "w1/hidden.ipynb": pointer,
		"data/fine.txt": pointer + strings.Repeat("x", 1024), "b.md": "text on " + pointer, "nbhosting/nbhosting.yaml": "hidden: [w1/hidden]\n",
	})
	s := newSite(t)
	s.create(a.Dir)
	want := func() {
		t.Helper()
		for _, file := range []string{"w1/a.ipynb", "data/big.csv", "modules/m.bin"} {
			s.wantFinding(settings.SeverityWarning, file, "This file is a Git LFS pointer")
		}
		if findings := s.show().Findings; len(findings) != 3 {
			t.Errorf("findings: %v", findings)
		}
	}
	want()
	a.Commit(map[string]string{"b.md": "changed"})
	s.pull() // the pointers are shared now, and not read
	want()
}

func TestManyLFSPointersAreReportedTogether(t *testing.T) {
	a := gittest.NewAuthor(t)
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("data/%03d.csv", i)] = fmt.Sprint(pointer, i)
	}
	a.Commit(files)
	s := newSite(t)
	s.create(a.Dir)
	s.wantFinding(settings.SeverityWarning, ".gitattributes", `Each of 300 files, such as "data/000.csv", "data/001.csv"`)
	if n := len(s.show().Findings); n != 1 {
		t.Errorf("%d findings", n)
	}
}
