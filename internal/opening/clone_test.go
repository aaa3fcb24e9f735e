package opening_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/opening"
)

func gitLaunch(notebook string) nbhosting.Launch {
	return nbhosting.Launch{Course: "tour", Notebook: notebook, Student: "alice", Git: true}
}

// openGit opens a notebook in alice's clone and returns where it is below her server.
func (b *bench) openGit(notebook string) string {
	b.t.Helper()
	opened, err := b.Open(b.t.Context(), gitLaunch(notebook), ignore)
	if err != nil {
		b.t.Fatalf("%s: %v", notebook, err)
	}
	_, rest, _ := strings.Cut(opened.Location, "/-/notebook/")
	return rest
}

// letIn lets students reach the data directory, as a site does.
func (b *bench) letIn() {
	b.t.Helper()
	for dir := b.root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
}

// git runs git in alice's workspace as she does, and returns what it says.
func (b *bench) git(args ...string) string {
	b.t.Helper()
	out, err := b.tryGit(args...)
	if err != nil {
		b.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return out
}

func (b *bench) tryGit(args ...string) (string, error) {
	b.t.Helper()
	w, err := b.Workspaces.Existing(gitLaunch("").Key())
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.CommandContext(b.t.Context(), "git", args...)
	cmd.Dir = w.Dir
	cmd.Env = append(os.Environ(), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(w.UID), Gid: uint32(w.UID)}}
	}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// wantGit checks what git says.
func (b *bench) wantGit(want string, args ...string) {
	b.t.Helper()
	if got := b.git(args...); got != want {
		b.t.Errorf("git %q: got %q, want %q", args, got, want)
	}
}

// wantOwned checks that all that there is in alice's workspace is hers.
func (b *bench) wantOwned() {
	b.t.Helper()
	w, err := b.Workspaces.Existing(gitLaunch("").Key())
	if err != nil {
		b.t.Fatal(err)
	}
	err = filepath.WalkDir(w.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != w.UID || int(st.Gid) != w.UID && os.Getuid() == 0 {
			b.t.Errorf("%s belongs to %d:%d", path, st.Uid, st.Gid)
		}
		if strings.HasPrefix(d.Name(), ".nbhosting-") || d.Name() == "nbhosting-checkout" {
			b.t.Errorf("left behind: %s", path)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func gitBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	b := newBench(t, files)
	b.letIn()
	return b
}

func TestAWorkspaceThatIsAClone(t *testing.T) {
	b := gitBench(t, map[string]string{
		"w1/a.md": lesson("a"), "w1/été 100%.ipynb": "{}", "README": "read", "data/x.csv": "1,2", "solutions/a.md": "the answer is 42",
		"nbhosting/nbhosting.yaml": "hidden: [solutions]\nstatic-mappings: [{source: data, destination: data}]\n",
	})
	if got := b.openGit("w1/a"); got != "w1/a.md" {
		t.Errorf("got %s", got)
	}
	b.wantGit("## main...origin/main", "status", "--porcelain", "--branch")
	b.wantGit("README\ndata/x.csv\nnbhosting/nbhosting.yaml\nw1/a.md\n\"w1/\\303\\251t\\303\\251 100%.ipynb\"", "ls-files")
	b.wantGit("change", "log", "--format=%s")
	b.wantGit("", "fsck", "--full", "--strict", "--no-dangling")
	if all := b.git("cat-file", "--batch-all-objects", "--batch-check", "--unordered"); strings.Count(all, "blob") != 5 {
		t.Errorf("objects:\n%s", all)
	}
	b.wantOwned()
	if target, err := os.Readlink(b.work("w1/data")); err != nil || !strings.HasSuffix(target, "/data") {
		t.Errorf("w1/data leads to %q, %v", target, err)
	}

	// The teacher goes on; nothing comes by itself.
	b.pull(map[string]string{"w1/a.md": lesson("a") + "more", "w2/new.md": lesson("new"), "solutions/b.md": "the answer is 43"})
	b.openGit("w1/a")
	b.open("w1/a") // nor by another door
	b.wantWork("w1/a.md", lesson("a"))
	_, err := b.Open(t.Context(), gitLaunch("w2/new"), ignore)
	if nbhosting.KindOf(err) != nbhosting.Conflict || !strings.Contains(nbhosting.MessageOf(err), "git pull") {
		t.Errorf("what is not in the clone yet: %v", err)
	}
	b.wantAbsent("w2")
	b.git("pull", "--quiet")
	b.wantWork("w1/a.md", lesson("a")+"more")
	if got := b.openGit("w2/new"); got != "w2/new.md" {
		t.Errorf("got %s", got)
	}
	b.wantGit("## main...origin/main", "status", "--porcelain", "--branch")

	// The student works, and commits; both sides merge.
	b.write(map[string]string{"w1/a.md": lesson("a") + "more\nand mine"})
	b.wantGit("M w1/a.md", "status", "--porcelain")
	b.git("commit", "--quiet", "--all", "--message=mine")
	b.pull(map[string]string{"w2/new.md": lesson("new") + "more"})
	b.git("pull", "--quiet", "--no-rebase", "--no-edit")
	b.wantWork("w1/a.md", lesson("a")+"more\nand mine")
	b.wantWork("w2/new.md", lesson("new")+"more")
	if err := os.Remove(b.work("w1/a.md")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), gitLaunch("w1/a"), ignore); !strings.Contains(nbhosting.MessageOf(err), "git restore") {
		t.Errorf("what was removed: %v", err)
	}
	b.wantOwned()
}

// TestWorkIsBroughtIntoGit makes a clone of a workspace in which there is work.
func TestWorkIsBroughtIntoGit(t *testing.T) {
	b := gitBench(t, map[string]string{
		"a.md": lesson("a"), "b.md": lesson("b"), "w1/c.md": lesson("c"), "w2/d.md": lesson("d"), "w3/e.md": "e", "f.md": "f", "run.sh": "#!",
		"nbhosting/nbhosting.yaml": "static-mappings: []\n",
	})
	for _, name := range []string{"a", "b"} {
		b.open(name)
	}
	work := map[string]string{
		"a.md": lesson("a") + "mine", "own.txt": "own", "w3": "a file where the course has a folder", "deep/er/x": "x", ".hidden": "h",
	}
	b.write(work)
	if err := errors.Join(os.Mkdir(b.work("f.md"), 0o755), os.Symlink("deep", b.work("w2")), os.Symlink("/etc/passwd", b.work("out"))); err != nil {
		t.Fatal(err)
	}
	b.write(map[string]string{"f.md/x": "a folder where the course has a file"})
	before := b.look()
	b.openGit("a")
	for path, text := range before {
		if after := b.look()[path]; after != text {
			t.Errorf("%s was %q and is %q", path, text, after)
		}
	}
	b.wantWork("w1/c.md", lesson("c"))
	b.wantAbsent("deep/d.md")
	want := []string{" D f.md", " D w2/d.md", " D w3/e.md", " M a.md", "?? .hidden", "?? deep/", "?? out", "?? own.txt", "?? w2", "?? w3"}
	got := strings.Split(" "+b.git("status", "--porcelain"), "\n")
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	b.wantOwned()
}

// look returns what is in alice's workspace, but for what git keeps.
func (b *bench) look() map[string]string {
	b.t.Helper()
	found := map[string]string{}
	top := b.work("")
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		rel, _ := filepath.Rel(top, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String() + info.ModTime().String()
		switch {
		case d.IsDir():
			text = info.Mode().String()
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += string(content)
		default:
			target, _ := os.Readlink(path)
			text += target
		}
		found[rel] = text
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

func TestARepositoryOfTheStudentsStaysAsItIs(t *testing.T) {
	b := gitBench(t, map[string]string{"a.md": lesson("a"), "b.md": lesson("b"), "nbhosting/nbhosting.yaml": "static-mappings: []\n"})
	b.open("a")
	b.git("init", "--quiet", "--initial-branch=own")
	b.git("remote", "add", "origin", "https://example.org/courses-git/tour")
	b.git("config", "core.fsmonitor", "touch "+filepath.Join(b.root, "ran"))
	before := dirText(t, b.work(".git"))
	b.openGit("a")
	if diff := cmp.Diff(before, dirText(t, b.work(".git"))); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if _, err := os.Lstat(filepath.Join(b.root, "ran")); err == nil {
		t.Error("a program of the student's ran here")
	}
	_, err := b.Open(t.Context(), gitLaunch("b"), ignore)
	if nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("what is not in it: %v", err)
	}
}

func dirText(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestClonesOfTheSystemBeforeGoOn has a student's clone of the site's clone.
func TestClonesOfTheSystemBeforeGoOn(t *testing.T) {
	b := emptyBench(t)
	b.letIn()
	b.repository = filepath.Join(t.TempDir(), "repository")
	apptest.Commit(t, b.repository, map[string]string{"a.md": lesson("a")})
	clone := filepath.Join(b.root, "courses-git/tour")
	for _, args := range [][]string{
		{"clone", "--quiet", b.repository, clone},
		{"clone", "--quiet", "--no-local", clone, b.work("")},
	} {
		if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if err := b.Courses.Store.CreateCourse(t.Context(), nbhosting.Course{Name: "tour", GitURL: b.repository, Image: "i"}); err != nil {
		t.Fatal(err)
	}
	b.pull(map[string]string{"b.md": lesson("b"), "nbhosting/nbhosting.yaml": "static-mappings: []\n"})
	b.write(nil) // gives it to alice
	b.openGit("a")
	config, err := os.ReadFile(b.work(".git/config"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b.openGit("a")
	}
	if again, err := os.ReadFile(b.work(".git/config")); err != nil || string(again) != string(config) {
		t.Errorf("%v: %s\nthen %s", err, config, again)
	}
	b.wantGit(filepath.Join(b.root, "revisions/tour/handout"), "config", "remote.origin.url")
	b.git("pull", "--quiet", "--ff-only")
	b.wantWork("b.md", lesson("b"))
	b.wantOwned()
}

func TestManyOpeningsMakeOneClone(t *testing.T) {
	files := map[string]string{"nbhosting/nbhosting.yaml": "static-mappings: []\n"}
	for i := range 250 { // more than are staged at once
		files["w/"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i%11)+".md"] = lesson("one")
	}
	b := gitBench(t, files)
	errs := make(chan error, 12)
	for range cap(errs) {
		go func() {
			_, err := b.Open(t.Context(), gitLaunch("w/a"), func(opening.Step, opening.Wait) {})
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	b.wantGit("", "status", "--porcelain")
	if got := len(strings.Split(b.git("ls-files"), "\n")); got != len(files) {
		t.Errorf("%d files of %d", got, len(files))
	}
	b.wantOwned()
}

func TestACloneFollowsACourseThatMovesItsNotebooks(t *testing.T) {
	b := gitBench(t, map[string]string{"a.md": lesson("a"), "nbhosting/nbhosting.yaml": "static-mappings: []\n"})
	b.openGit("a")
	b.move(map[string]string{"a.md": "w1/b.md"}, nil)
	for _, name := range []string{"a", "w1/b"} {
		if got := b.openGit(name); got != "a.md" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	b.git("pull", "--quiet")
	for _, name := range []string{"a", "w1/b"} {
		if got := b.openGit(name); got != "w1/b.md" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
