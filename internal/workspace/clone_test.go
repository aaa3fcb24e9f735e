package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

// repository is one that workspaces become clones of. Its commits are sets of
// files: "-> x" is the content of a link to x.
type repository struct {
	head    string
	commits map[string]map[string]string
	step    func() // called before each file is given
}

func newRepository(files ...string) repository {
	r := repository{head: "c1", commits: map[string]map[string]string{"c1": {"w1/été.md": "text", "link": "-> w1/été.md", "run.sh": "#!"}}, step: func() {}}
	for _, f := range files {
		r.commits["c1"][f] = "of the course"
	}
	return r
}

func (r repository) Head() string { return r.head }

func (r repository) GitFiles(do func(string, io.Reader) error) error {
	for _, f := range [][2]string{{"refs/heads/", ""}, {"HEAD", "ref: refs/heads/main\n"}, {"config", "[core]\n"}, {"objects/pack/pack-1.pack", "PACK"}} {
		r.step()
		if err := do(f[0], strings.NewReader(f[1])); err != nil {
			return err
		}
	}
	r.step()
	return nil
}

func (r repository) Files(_ context.Context, commit string, wanted func(string) bool, write func(string, fs.FileMode, io.Reader) error) error {
	files := r.commits[commit]
	for _, path := range slices.Sorted(maps.Keys(files)) {
		r.step()
		if !wanted(path) {
			continue
		}
		mode, content := fs.FileMode(0o644), files[path]
		if target, isLink := strings.CutPrefix(content, "-> "); isLink {
			mode, content = fs.ModeSymlink|0o777, target
		} else if strings.HasSuffix(path, ".sh") {
			mode = 0o755
		}
		if err := write(path, mode, strings.NewReader(content)); err != nil {
			return err
		}
	}
	r.step()
	return nil
}

func (r repository) Was(url string) bool { return strings.Contains(url, "/courses-git/") }
func (r repository) Remote() []string {
	return []string{"\turl = \"/new\"", "\tuploadpack = \"serve\""}
}

// clone makes the workspace a clone, and fails the test if that cannot be.
func clone(s *workspacetest.Site, r repository) {
	s.Helper()
	if err := s.Workspaces.Clone(s.Context(), s.Workspace(), r); err != nil {
		s.Fatal(err)
	}
}

// wantFiles checks what there is in the workspace, but for what git keeps.
func wantFiles(s *workspacetest.Site, want map[string]string) {
	s.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == ".git" {
				return fs.SkipDir
			}
			return err
		}
		text, _ := os.ReadFile(path)
		if target, err := os.Readlink(path); err == nil {
			text = []byte("-> " + target)
		}
		got[strings.TrimPrefix(path, s.Dir+"/")] = string(text)
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		s.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := os.Lstat(s.Path(".git/nbhosting-checkout")); err == nil {
		s.Error("the checkout has not ended")
	}
	if dirs, _ := filepath.Glob(s.Path(".nbhosting-*")); len(dirs) > 0 {
		s.Errorf("left behind: %q", dirs)
	}
}

func TestCloneMakesWhatIsMissing(t *testing.T) {
	s := workspacetest.New(t)
	if err := s.AsStudent(func() error {
		return errors.Join(
			os.Mkdir(s.Path("w2"), 0o755), os.WriteFile(s.Path("w2/mine.md"), []byte("mine"), 0o600), os.Symlink("nowhere", s.Path("dangling")),
			os.Symlink("w2", s.Path("w3")), os.Mkdir(s.Path("folder.md"), 0o755), unix.Mkfifo(s.Path("pipe.md"), 0o644), os.WriteFile(s.Path("file"), nil, 0o644),
			os.Mkdir(s.Path(".git"), 0o755), // empty
		)
	}); err != nil {
		t.Fatal(err)
	}
	s.Remember()
	r := newRepository("w2/mine.md", "w2/other.md", "dangling", "w3/through.md", "folder.md", "pipe.md", "file/below.md")
	want := map[string]string{
		"w1/été.md": "text", "link": "-> w1/été.md", "run.sh": "#!", "w2/other.md": "of the course",
		"w2/mine.md": "mine", "dangling": "-> nowhere", "w3": "-> w2", "file": "", "pipe.md": "",
	}
	delete(want, "pipe.md")
	for range 2 {
		clone(s, r)
		s.CheckNothingLost()
		s.CheckOwners()
		s.CheckNoLeftovers()
		if err := os.Remove(s.Path("pipe.md")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		wantFiles(s, want)
		// What comes later, and what is removed later, is the student's affair.
		r.head, r.commits["c2"] = "c2", map[string]string{"new.md": "new"}
	}
	for name, mode := range map[string]fs.FileMode{"run.sh": 0o755, "w1/été.md": 0o644, ".git": 0o755 | fs.ModeDir, ".git/HEAD": 0o644, "w2/mine.md": 0o600} {
		if info, err := os.Stat(s.Path(name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestCloneWhereSomethingIsInTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		make func(s *workspacetest.Site) error
		kind nbhosting.Kind
	}{
		"pipe":          {func(s *workspacetest.Site) error { return unix.Mkfifo(s.Path(".git"), 0o644) }, nbhosting.Conflict},
		"dangling link": {func(s *workspacetest.Site) error { return os.Symlink("nowhere", s.Path(".git")) }, nbhosting.Conflict},
		"link out":      {func(s *workspacetest.Site) error { return os.Symlink("../../../outside", s.Path(".git")) }, nbhosting.Conflict},
		"loop":          {func(s *workspacetest.Site) error { return os.Symlink(".git", s.Path(".git")) }, nbhosting.Conflict},
		"folder": {func(s *workspacetest.Site) error {
			return errors.Join(os.Mkdir(s.Path(".git"), 0o755), os.WriteFile(s.Path(".git/x"), []byte("x"), 0o644))
		}, nbhosting.Conflict},
		"file": {func(s *workspacetest.Site) error {
			return os.WriteFile(s.Path(".git"), []byte("gitdir: elsewhere"), 0o644)
		}, 0},
		"repository": {func(s *workspacetest.Site) error {
			return errors.Join(os.Mkdir(s.Path(".git"), 0o755), os.WriteFile(s.Path(".git/HEAD"), []byte("x"), 0o644), unix.Mkfifo(s.Path(".git/config"), 0o644))
		}, 0},
		"pipe of ours": {func(s *workspacetest.Site) error {
			return errors.Join(os.Mkdir(s.Path(".git"), 0o755), os.WriteFile(s.Path(".git/HEAD"), []byte("x"), 0o644), unix.Mkfifo(s.Path(".git/nbhosting-checkout"), 0o644))
		}, 0},
		"link to a repository": {func(s *workspacetest.Site) error {
			return errors.Join(os.Mkdir(s.Path("real"), 0o755), os.WriteFile(s.Path("real/HEAD"), []byte("x"), 0o644), os.Symlink("real", s.Path(".git")))
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := workspacetest.New(t)
			w := s.Workspace()
			if err := s.AsStudent(func() error { return c.make(s) }); err != nil {
				t.Fatal(err)
			}
			s.Remember()
			within(t, func() {
				err := s.Workspaces.Clone(t.Context(), w, newRepository())
				if (err == nil) != (c.kind == 0) || err != nil && nbhosting.KindOf(err) != c.kind {
					t.Errorf("got %v", err)
				}
			})
			s.CheckSame()
			s.CheckOutside()
		})
	}
}

// TestCloneReaddressesOrigin changes nothing in a configuration but the address of ours.
func TestCloneReaddressesOrigin(t *testing.T) {
	for config, want := range map[string]string{
		"[remote \"origin\"]\n\turl = /nbhosting/courses-git/c\n\tfetch = x\n":                   "[remote \"origin\"]\n\turl = \"/new\"\n\tuploadpack = \"serve\"\n\tfetch = x\n",
		"[core]\n[remote \"origin\"]\n\turl=\"/a b/courses-git/c\"\n[x]\n\turl = /courses-git/d": "[core]\n[remote \"origin\"]\n\turl = \"/new\"\n\tuploadpack = \"serve\"\n[x]\n\turl = /courses-git/d\n",
		"[remote \"origin\"]\n\tuploadpack = \"serve\"\n\turl = /x/courses-git/c\n":              "[remote \"origin\"]\n\turl = \"/new\"\n\tuploadpack = \"serve\"\n",
		"[remote \"origin\"]\n\turl = https://example.org/c\n":                                   "",
		"[remote \"mine\"]\n\turl = /x/courses-git/c\n":                                          "",
		"[remote \"origin\"]\n\turl = \"/new\"\n\tuploadpack = \"serve\"":                        "",
		"": "",
	} {
		s := workspacetest.New(t)
		if err := s.AsStudent(func() error {
			return errors.Join(os.Mkdir(s.Path(".git"), 0o755), os.WriteFile(s.Path(".git/HEAD"), nil, 0o644), os.WriteFile(s.Path(".git/config"), []byte(config), 0o644))
		}); err != nil {
			t.Fatal(err)
		}
		s.Remember()
		clone(s, newRepository())
		if want == "" {
			s.CheckSame()
			continue
		}
		wantContent(t, s.Path(".git/config"), want)
		s.CheckOwners()
		if _, err := os.Lstat(s.Path(".git/config.lock")); err == nil {
			t.Error("the lock is left behind")
		}
	}
	// Whoever holds git's lock is not disturbed.
	s := workspacetest.New(t)
	if err := s.AsStudent(func() error {
		return errors.Join(os.Mkdir(s.Path(".git"), 0o755), os.WriteFile(s.Path(".git/HEAD"), nil, 0o644), os.WriteFile(s.Path(".git/config.lock"), nil, 0o644),
			os.WriteFile(s.Path(".git/config"), []byte("[remote \"origin\"]\n\turl = /x/courses-git/c\n"), 0o644))
	}); err != nil {
		t.Fatal(err)
	}
	s.Remember()
	clone(s, newRepository())
	s.CheckSame()
}

func TestLinksInACloneAreNoNews(t *testing.T) {
	s := workspacetest.New(t)
	clone(s, newRepository())
	mappings := []nbhosting.StaticMapping{{Source: "data", Destination: "data"}, {Source: "a [*] b ", Destination: "x"}, {Source: "own", Destination: "own"}}
	if err := s.AsStudent(func() error {
		return errors.Join(os.Mkdir(s.Path("w1/own"), 0o755), os.Mkdir(s.Path(".git/info"), 0o755), os.WriteFile(s.Path(".git/info/exclude"), []byte("*.log"), 0o644))
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Workspace().Link("w1/été.md", "/static", mappings); err != nil {
			t.Fatal(err)
		}
	}
	wantContent(t, s.Path(".git/info/exclude"), "*.log\n/w1/data\n/w1/a \\[\\*] b\\ \n")
	if err := s.AsStudent(func() error {
		return errors.Join(os.Remove(s.Path(".git/info/exclude")), os.Symlink("../../w1/été.md", s.Path(".git/info/exclude")))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Workspace().Link("w1/été.md", "/static", mappings); err != nil {
		t.Fatal(err)
	}
	wantContent(t, s.Path("w1/été.md"), "text")
}

// cloneEnv makes the test program clone into the workspace of a site, and end as
// kill -9 ends it before a step.
const cloneEnv = "NBHOSTING_TEST_CLONE_IN"

func cloneAndDie() {
	var top string
	var steps int
	if _, err := fmt.Sscanf(os.Getenv(cloneEnv), "%d %s", &steps, &top); err != nil {
		panic(err)
	}
	all, err := workspace.New(top+"/students", fixedUIDs(uid), 100_000, 199_999)
	if err != nil {
		panic(err)
	}
	w, err := all.Existing(workspacetest.Key)
	if err != nil {
		panic(err)
	}
	r := newRepository("a.md", "b.md")
	r.step = func() {
		if steps--; steps < 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	fmt.Println(all.Clone(context.Background(), w, r))
	os.Exit(0)
}

// TestKilledWhileCloning kills the process at each step. The next one makes the
// clone whole, of the commit that was begun with.
func TestKilledWhileCloning(t *testing.T) {
	for steps := range 100 {
		s := workspacetest.New(t)
		s.Workspace()
		if err := s.AsStudent(func() error { return os.WriteFile(s.Path("a.md"), []byte("mine"), 0o644) }); err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env, child.Stderr = append(os.Environ(), cloneEnv+"="+fmt.Sprint(steps, " ", s.Top)), os.Stderr
		out, err := child.Output()
		killed := err != nil && child.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
		if err == nil && string(out) != "<nil>\n" || err != nil && !killed {
			t.Fatalf("%v: %s", err, out)
		}
		_, err = os.Lstat(s.Path(".git/HEAD"))
		begun := err == nil
		r := newRepository("a.md", "b.md")
		r.head, r.commits["c2"] = "c2", map[string]string{"a.md": "later", "b.md": "later"}
		clone(s, r)
		want := map[string]string{"a.md": "mine", "b.md": "later"}
		if begun {
			want = map[string]string{"a.md": "mine", "b.md": "of the course", "w1/été.md": "text", "link": "-> w1/été.md", "run.sh": "#!"}
		}
		if info, err := os.Lstat(s.Path("w1")); err == nil && !begun {
			t.Errorf("files came before the repository: %v", info)
		}
		s.CheckNoLeftovers()
		wantFiles(s, want)
		if !killed {
			if steps < 8 {
				t.Errorf("there were only %d steps", steps)
			}
			return
		}
	}
	t.Error("it never came to its end")
}
