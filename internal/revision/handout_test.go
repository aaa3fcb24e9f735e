package revision_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func (s site) handoutDir() string { return filepath.Join(s.Root, "revisions/tour/handout") }

// inHandout runs git in the repository that students clone.
func (s site) inHandout(args ...string) string {
	s.T.Helper()
	return gittest.Git(s.T, s.handoutDir(), "", append([]string{"--git-dir=.git"}, args...)...)
}

// cloneHandout clones it as git does, and returns where.
func (s site) cloneHandout() string {
	s.T.Helper()
	dir := filepath.Join(s.T.TempDir(), "clone")
	gittest.Git(s.T, s.T.TempDir(), "", "clone", "--quiet", "--no-local", s.handoutDir(), dir)
	return dir
}

// wantHandout checks which files a new clone has, and that its repository is sound.
func (s site) wantHandout(want ...string) {
	s.T.Helper()
	dir := s.cloneHandout()
	got := slices.DeleteFunc(sitetest.Files(s.T, dir), func(p string) bool { return strings.HasPrefix(p, ".git/") })
	if diff := cmp.Diff(want, got); diff != "" {
		s.T.Errorf("files of a clone (-want +got):\n%s", diff)
	}
	if out := s.inHandout("fsck", "--full", "--strict", "--no-dangling"); out != "" {
		s.T.Errorf("fsck: %s", out)
	}
	if got := gittest.Git(s.T, dir, "", "status", "--porcelain"); got != "" {
		s.T.Errorf("status of a new clone: %s", got)
	}
}

// wantUnobtainable checks that no object of the handout is, or holds, one of texts.
func (s site) wantUnobtainable(texts ...string) {
	s.T.Helper()
	dir := s.handoutDir()
	objects := s.inHandout("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
	cmd := exec.CommandContext(s.T.Context(), "git", "--git-dir=.git", "cat-file", "--batch", "--buffer")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(objects+"\n")
	all, err := cmd.Output()
	if err != nil || objects == "" {
		s.T.Fatalf("%v, objects %q", err, objects)
	}
	for _, text := range texts {
		if strings.Contains(string(all), text) {
			s.T.Errorf("%q can be had", text)
		}
		id := gittest.NewAuthor(s.T).Object(text)
		if err := exec.CommandContext(s.T.Context(), "git", "--git-dir="+dir+"/.git", "cat-file", "-e", id).Run(); err == nil {
			s.T.Errorf("the object of %q is there", text)
		}
	}
	for _, p := range []string{".git/objects/info/alternates", ".git/shallow"} {
		if _, err := os.Lstat(filepath.Join(dir, p)); err == nil {
			s.T.Errorf("there is a file %s", p)
		}
	}
}

func (s site) wantHistory(want ...string) {
	s.T.Helper()
	if diff := cmp.Diff(want, strings.Split(s.inHandout("log", "--all", "--topo-order", "--format=%s"), "\n")); diff != "" {
		s.T.Errorf("history (-want +got):\n%s", diff)
	}
}

func (s site) head() string { return s.inHandout("rev-parse", "HEAD") }

func commitAs(a gittest.Author, message string, files map[string]string) string {
	a.T.Helper()
	a.Write(files)
	a.Git("add", "--all", "--force")
	a.Git("commit", "--quiet", "--allow-empty", "--message="+message)
	return a.Git("rev-parse", "HEAD")
}

const hideSolutions = "hidden: [solutions, '*/secret*']\n"

func TestTheHandoutHasWhatStudentsMayHave(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Link(map[string]string{"link.md": "été 1/a.md", "way-in": "solutions", "out": "/etc/passwd"})
	a.Write(map[string]string{"run.sh": "#!/bin/sh\n"})
	if err := os.Chmod(filepath.Join(a.Dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	commitAs(a, "first\n\nwith more", map[string]string{
		"été 1/a.md": "a", "README": "read", "solutions/a.md": "the answer is 42", "w1/secret.txt": "the key is 17", "tab\tand\nline.md": "odd",
		"nbhosting/nbhosting.yaml": hideSolutions,
	})
	s := newSite(t)
	s.create(a.Dir)
	s.wantHandout("README", "link.md", "nbhosting/nbhosting.yaml", "out", "run.sh", "tab\tand\nline.md", "way-in", "été 1/a.md")
	s.wantUnobtainable("the answer is 42", "the key is 17")
	if got, want := s.inHandout("log", "--format=%an|%ae|%ad|%cn|%cd|%B", "--date=iso-strict"), a.Git("log", "--format=%an|%ae|%ad|%cn|%cd|%B", "--date=iso-strict"); got != want {
		t.Errorf("the commit is told as %q, want %q", got, want)
	}
	first := s.head()
	commitAs(a, "give a hint", map[string]string{"solutions/a.md": "the answer is 43"})
	s.pull()
	if got := s.head(); got != first {
		t.Errorf("a commit that changes nothing that students see is told: %s", got)
	}
	commitAs(a, "third", map[string]string{"README": "anew", "solutions/b.md": "the answer is 44"})
	s.pull()
	s.wantHistory("third", "first")
	s.wantUnobtainable("the answer is", "the key is 17")
	for _, p := range []string{"", "/.git", "/.git/objects", "/.git/objects/pack"} {
		if info, err := os.Stat(s.handoutDir() + p); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("students cannot read %s: %v, %v", p, info.Mode(), err)
		}
	}
	second := newSite(t)
	second.create(a.Dir)
	if got := second.inHandout("rev-parse", "HEAD^{tree}"); got != s.inHandout("rev-parse", "HEAD^{tree}") {
		t.Error("two sites have different files of the same commit")
	}
}

// TestWhatIsHiddenLaterIsGone hides what students could have before, in each way
// in which that can be known.
func TestWhatIsHiddenLaterIsGone(t *testing.T) {
	for name, hide := range map[string]func(a gittest.Author, s site){
		"in the repository": func(a gittest.Author, _ site) {
			commitAs(a, "hide", map[string]string{"nbhosting/nbhosting.yaml": "hidden: [exam.md]\n"})
		},
		"by the site": func(_ gittest.Author, s site) {
			gittest.Write(t, s.Root, map[string]string{"local/tour/nbhosting.yaml": "hidden: [exam.md]\n"})
		},
		"with another content": func(a gittest.Author, _ site) {
			commitAs(a, "hide", map[string]string{"exam.md": "mended", "nbhosting/nbhosting.yaml": "hidden: [exam.md]\n"})
		},
		"and removed": func(a gittest.Author, _ site) {
			a.Git("rm", "--quiet", "exam.md")
			commitAs(a, "hide", map[string]string{"nbhosting/nbhosting.yaml": "hidden: [exam.md]\n"})
		},
		"by a move": func(a gittest.Author, _ site) {
			a.Write(map[string]string{"solutions/": "", "nbhosting/nbhosting.yaml": hideSolutions})
			a.Git("mv", "exam.md", "solutions/x.md")
			commitAs(a, "hide", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			commitAs(a, "first", map[string]string{"a.md": "a", "exam.md": "the exam"})
			s := newSite(t)
			s.create(a.Dir)
			commitAs(a, "second", map[string]string{"a.md": "aa"})
			s.pull()
			s.wantHistory("second", "first")
			hide(a, s)
			s.T = t
			var log strings.Builder
			if _, err := s.tryPull(&log); err != nil || !strings.Contains(log.String(), "begins anew") {
				t.Errorf("%v, %s", err, &log)
			}
			s.wantUnobtainable("the exam")
			if left, err := filepath.Glob(filepath.Join(s.Root, "revisions/tour/handout-*")); err != nil || len(left) != 1 {
				t.Errorf("left: %q, %v", left, err)
			}
			commitAs(a, "third", map[string]string{"a.md": "aaa"})
			s.pull()
			if got := s.inHandout("rev-list", "--count", "HEAD"); got != "2" {
				t.Errorf("then it goes on with %s commits", got)
			}
		})
	}
}

func TestAContentThatIsAlsoElsewhereDoesNotCount(t *testing.T) {
	a := gittest.NewAuthor(t)
	commitAs(a, "first", map[string]string{"a.md": "same", "nbhosting/nbhosting.yaml": hideSolutions})
	s := newSite(t)
	s.create(a.Dir)
	commitAs(a, "second", map[string]string{"b.md": "b", "solutions/a.md": "same"})
	s.pull()
	s.wantHistory("second", "first")
}

func TestTheHandoutOfManyPublications(t *testing.T) {
	a := gittest.NewAuthor(t)
	commitAs(a, "0", map[string]string{"a.md": "0"})
	s := newSite(t)
	s.create(a.Dir)
	most, last := 0, ""
	for i := 1; i < 45; i++ {
		last = commitAs(a, fmt.Sprint(i), map[string]string{"a.md": fmt.Sprint(i)})
		s.pull()
		packs, err := filepath.Glob(filepath.Join(s.handoutDir(), ".git/objects/pack/*.pack"))
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(packs))
	}
	if most > 21 || most < 15 {
		t.Errorf("there were up to %d packs", most)
	}
	if got := s.inHandout("rev-list", "--count", "HEAD"); got != "45" {
		t.Errorf("%s commits", got)
	}
	s.wantHandout("a.md")
	// A history that is rewritten is one more commit for students.
	a.Git("reset", "--quiet", "--hard", "HEAD~10")
	commitAs(a, "rewritten", map[string]string{"a.md": "again"})
	head := s.head()
	s.pull()
	if got := s.inHandout("rev-parse", "HEAD^"); got != head || last == "" {
		t.Errorf("the parent is %s, want %s", got, head)
	}
}

func TestTheHandoutOfSubmodules(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	a.Submodule("lib", "../lib", lib.Commit(map[string]string{"lib.md": "1", "deep/secret.md": "the key is 17"}))
	a.Commit(map[string]string{"a.md": "a", "nbhosting/nbhosting.yaml": "hidden: ['*/*/secret.md']\n"})
	s := newSite(t)
	s.create(a.Dir)
	s.wantHandout("a.md", "lib/lib.md", "nbhosting/nbhosting.yaml")
	s.wantUnobtainable("the key is 17", "../lib")
	a.Git("update-index", "--cacheinfo", "160000,"+lib.Commit(map[string]string{"lib.md": "2"})+",lib")
	a.Commit(map[string]string{"a.md": "aa"})
	s.pull()
	if got := s.inHandout("show", "HEAD:lib/lib.md"); got != "2" {
		t.Errorf("the submodule's file holds %q", got)
	}
}

func TestTheHandoutOfACourseThatChangesItsBranch(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.course.Branch = "main"
	s.create(a.Dir)
	clone := s.cloneHandout()
	a.Git("checkout", "--quiet", "-b", "main-2/é")
	a.Commit(map[string]string{"a.md": "2"})
	s.course.Branch = "main-2/é"
	s.pull()
	if got := s.inHandout("symbolic-ref", "HEAD"); got != "refs/heads/main-2/é" {
		t.Errorf("HEAD is %s", got)
	}
	gittest.Git(t, clone, "", "pull", "--quiet")
	if got, err := os.ReadFile(clone + "/a.md"); string(got) != "2" {
		t.Errorf("a clone of before has %q, %v", got, err)
	}
	s.wantHandout("a.md")
	// The name of one is the beginning of another.
	a.Git("checkout", "--quiet", "--detach")
	a.Git("branch", "--quiet", "-D", "main-2/é", "main")
	a.Git("checkout", "--quiet", "-b", "main/3")
	a.Commit(map[string]string{"a.md": "3"})
	s.course.Branch = "main/3"
	s.pull()
	s.wantHandout("a.md")
	if got := s.inHandout("for-each-ref", "--format=%(refname:short)"); got != "main-2/é\nmain/3" {
		t.Errorf("branches %q", got)
	}
}

// TestTheHandoutGoesOnFromTheSystemBefore has a clone with its files checked out,
// as that system made them, of which students have clones.
func TestTheHandoutGoesOnFromTheSystemBefore(t *testing.T) {
	for name, hidden := range map[string]string{"nothing hidden": "hidden: []\n", "hidden": "hidden: [b.md]\n", "hidden, was there": "hidden: [gone.md]\n"} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			commitAs(a, "first", map[string]string{"a.md": "1", "b.md": "content of b", "gone.md": "content of gone"})
			a.Git("rm", "--quiet", "gone.md")
			commitAs(a, "second", map[string]string{"nbhosting/nbhosting.yaml": hidden})
			s := newSite(t)
			before := filepath.Join(s.Root, "courses-git/tour")
			if err := os.MkdirAll(filepath.Dir(before), 0o755); err != nil {
				t.Fatal(err)
			}
			gittest.Git(t, s.Root, "", "clone", "--quiet", a.Dir, before)
			clone := filepath.Join(t.TempDir(), "students")
			gittest.Git(t, s.Root, "", "clone", "--quiet", "--no-local", before, clone)
			third := commitAs(a, "third", map[string]string{"a.md": "3"})
			s.create(a.Dir)
			if name != "nothing hidden" {
				s.wantHistory("third")
				s.wantUnobtainable("content of gone")
				if name == "hidden" {
					s.wantUnobtainable("content of b")
				}
				return
			}
			if got := s.head(); got != third {
				t.Errorf("the history does not go on: %s", got)
			}
			commitAs(a, "fourth", map[string]string{"a.md": "4"})
			s.pull()
			s.wantHistory("fourth", "third", "second", "first")
			gittest.Git(t, clone, "", "pull", "--quiet", "--ff-only", s.handoutDir())
			if got, err := os.ReadFile(clone + "/a.md"); string(got) != "4" {
				t.Errorf("a clone of before has %q, %v", got, err)
			}
			commitAs(a, "fifth", map[string]string{"nbhosting/nbhosting.yaml": "hidden: [gone.md]\n"})
			s.pull()
			s.wantHistory("fifth")
			s.wantUnobtainable("content of gone")
		})
	}
}

func TestAHandoutThatIsGoneOrBrokenIsMadeAnew(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"link":  os.Remove,
		"head":  func(dir string) error { return os.WriteFile(dir+"/.git/HEAD", []byte("x"), 0o644) },
		"index": func(dir string) error { return os.Remove(dir + "/.git/index") },
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			a.Commit(map[string]string{"a.md": "1"})
			s := newSite(t)
			s.create(a.Dir)
			if err := spoil(s.handoutDir()); err != nil {
				t.Fatal(err)
			}
			s.pull()
			s.wantHandout("a.md")
			if again := s.pull(); again.Changed {
				t.Error("and again, for nothing")
			}
		})
	}
}

func TestTheHandoutOfForgedCommits(t *testing.T) {
	a := gittest.NewAuthor(t)
	gittest.Import(t, a.Dir, "commit refs/heads/main\ncommitter <> 1234567890 +0000\ndata 2\nhi\nM 100644 inline a.md\ndata 1\na\n")
	a.Git("read-tree", "HEAD")
	tree := a.Git("write-tree")
	path := filepath.Join(t.TempDir(), "commit")
	text := "tree " + tree + "\nauthor A <a> b> 0123 +051800\ncommitter <<>>\ngpgsig x\n y\nencoding latin-1\n\nmessage \xe9\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	forged := a.Git("hash-object", "-t", "commit", "-w", "--literally", path)
	got := git.Recommit(text, tree, "")
	if want := "tree " + tree + "\nauthor nbhosting <nbhosting@localhost> 0 +0000\ncommitter nbhosting <nbhosting@localhost> 0 +0000\nencoding latin-1\n\nmessage \xe9\n"; got != want {
		t.Errorf("of %s: got %q", forged, got)
	}
	s := newSite(t)
	s.create(a.Dir)
	s.wantHandout("a.md")
}

func TestTheHandoutOfSHA256(t *testing.T) {
	a := gittest.NewAuthor(t)
	if err := os.RemoveAll(a.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(a.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	a.Git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
	a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir)
	s.wantHandout("a.md")
}
