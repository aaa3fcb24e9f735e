package e2e_test

import (
	"os"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
)

// TestAStudentWorksInAClone uses git as a student does, in cells of a notebook of
// the clone, on each runtime.
func TestAStudentWorksInAClone(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			files := tour(t)
			files["w1/intro.ipynb"] = notebook(t,
				"import subprocess\ndef sh(line): print(subprocess.run(line, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout, end='end')\n"+
					"sh('git status --porcelain --branch -- . \":!intro.ipynb\"; git log --format=%s; git remote; ls ../solutions; cat data/numbers.csv')",
				"sh('git cat-file -t $(printf \"the answer\" | git hash-object --stdin); git pull -q; git log -1 --format=%s; cat ../added.md')",
				"sh('echo mine > ../mine.txt; git add ../mine.txt; git commit -qm own ../mine.txt; git pull -q --no-rebase --no-edit; git log --format=%s%an; cat ../added.md')")
			files["solutions/a.txt"] = "the answer"
			files["nbhosting/nbhosting.yaml"] = "hidden: [solutions]\n"
			s := newSite(t, configure(t), files)
			before := s.open("w1/été 100%", "alice") // a copy, of before there was a clone
			if err := os.WriteFile(s.workspace("alice", "v1.2-text.md"), []byte("# mine"), 0o666); err != nil {
				t.Fatal(err)
			}
			window := newBrowser(t)
			launch := nbhosting.Launch{Course: "tour", Notebook: "w1/intro", Student: "alice", Git: true}
			see(t, window, "open", show(s.url+launch.Path()))
			runCell(t, window, 0, "## main...origin/main\ncourse\norigin\nls: cannot access '../solutions': No such file or directory\none,two\nend")
			if after := s.open("w1/été 100%", "alice"); s.base(after) != s.base(before) {
				t.Errorf("another server: %s, %s", before, after)
			}
			s.teach("added.md", "first")
			runCell(t, window, 1, "could not get object info\ncourse\nfirst\nend")
			s.teach("added.md", "second")
			runCell(t, window, 2, "second\nend")
			runCell(t, window, 2, "Merge branch")
			runCell(t, window, 2, "ownstudent")
			if text, err := os.ReadFile(s.workspace("alice", "v1.2-text.md")); string(text) != "# mine" {
				t.Errorf("the work of before is %q, %v", text, err)
			}
			if text, err := os.ReadFile(s.workspace("alice", ".git/config")); err != nil || strings.Contains(string(text), "courses-git") {
				t.Errorf("%s, %v", text, err)
			}
		})
	}
}

// teach has the teacher push a file, and publishes it.
func (s *site) teach(file, text string) {
	s.t.Helper()
	s.writeCourse(map[string]string{file: text + "\n"})
	s.run("course", "pull", "tour")
}
