package workspace_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

var key = nbhosting.Key{Course: "tour", Student: "alice"}

const uid = 123456

// fixedUIDs gives every student the same id, or the one they wish.
type fixedUIDs int

func (u fixedUIDs) AssignUID(_ context.Context, _ nbhosting.Student, wish, _, _ int) (int, error) {
	if wish > 0 {
		return wish, nil
	}
	return int(u), nil
}

// site is a students' directory, and beside it what no student may reach.
type site struct {
	dir    string
	secret string
	all    *workspace.Workspaces
}

func newSite(t *testing.T) site {
	t.Helper()
	top := t.TempDir()
	if err := errors.Join(os.Chmod(top, 0o755), os.Chmod(filepath.Dir(top), 0o755)); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(top, "secret")
	if err := os.WriteFile(secret, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := workspace.New(filepath.Join(top, "students"), fixedUIDs(uid), 100000, 199999)
	if err != nil {
		t.Fatal(err)
	}
	return site{dir: filepath.Join(top, "students"), secret: secret, all: all}
}

func (s site) prepare(t *testing.T) workspace.Workspace {
	t.Helper()
	w, err := s.all.Prepare(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var modTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func source(t *testing.T) fs.File {
	t.Helper()
	f, err := fstest.MapFS{"nb": {Data: []byte("from the course"), Mode: 0o444, ModTime: modTime}}.Open("nb")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wantOwner(t *testing.T, path string) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); os.Getuid() == 0 && (st.Uid != uid || st.Gid != uid) {
		t.Errorf("%s belongs to %d:%d, want %d", path, st.Uid, st.Gid, uid)
	}
}

func TestPrepareMakesPrivateDirectoriesOnce(t *testing.T) {
	s := newSite(t)
	w := s.prepare(t)
	if again := s.prepare(t); again != w {
		t.Errorf("got %+v, then %+v", w, again)
	}
	wantOwner(t, w.Dir)
	for path, want := range map[string]fs.FileMode{w.Dir: 0o700, filepath.Dir(w.Dir): 0o750} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %v", path, info.Mode(), err, want)
		}
	}
}

func TestTheOwnerOfATreeThatIsThereStays(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	s := newSite(t)
	home := filepath.Join(s.dir, "alice")
	if err := os.MkdirAll(filepath.Join(home, "tour"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{home, filepath.Join(home, "tour")} {
		if err := os.Chown(dir, 150001, 150001); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the home's own owner changes at the first
		if w := s.prepare(t); w.UID != 150001 {
			t.Errorf("got uid %d", w.UID)
		}
	}
}

func TestPrepareRefusesALinkForADirectory(t *testing.T) {
	s := newSite(t)
	if err := os.MkdirAll(filepath.Join(s.dir, "alice"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "bob", "tour"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"../bob/tour", "/etc", "nowhere"} {
		name := filepath.Join(s.dir, "alice", "tour")
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
		if _, err := s.all.Prepare(t.Context(), key); nbhosting.KindOf(err) != nbhosting.Conflict {
			t.Errorf("link to %s: got %v", target, err)
		}
		os.Remove(name)
	}
}

func TestCopyIsMadeOnceAndNeverAgain(t *testing.T) {
	w := newSite(t).prepare(t)
	const file = "été 1/w1/a notebook.ipynb"
	if copied, err := w.Copy(source(t), file); err != nil || !copied {
		t.Fatalf("got %v, %v", copied, err)
	}
	path := filepath.Join(w.Dir, file)
	for _, p := range []string{path, filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		wantOwner(t, p)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(modTime) || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v %v, %v", info.ModTime(), info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("my work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if copied, err := w.Copy(source(t), file); err != nil || copied {
		t.Errorf("got %v, %v", copied, err)
	}
	if got, _ := os.ReadFile(path); string(got) != "my work" {
		t.Errorf("the work is now %q", got)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSimultaneousCopiesMakeOne(t *testing.T) {
	w := newSite(t).prepare(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for range 20 {
		wg.Go(func() {
			copied, err := w.Copy(source(t), "w1/nb.ipynb")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if copied {
				made++
			}
		})
	}
	wg.Wait()
	if made != 1 {
		t.Errorf("%d copies were made", made)
	}
}

// TestCopyIntoHostileWorkspaces puts each thing a student can make in the way.
func TestCopyIntoHostileWorkspaces(t *testing.T) {
	for name, obstruct := range map[string]func(dir, secret string) error{
		"absolute link":           func(dir, secret string) error { return os.Symlink(secret, dir+"/w1/nb.md") },
		"link to passwd":          func(dir, _ string) error { return os.Symlink("/etc/passwd", dir+"/w1/nb.md") },
		"relative link out":       func(dir, _ string) error { return os.Symlink("../../../../secret", dir+"/w1/nb.md") },
		"link to another student": func(dir, _ string) error { return os.Symlink("../../../bob/tour/nb.md", dir+"/w1/nb.md") },
		"dangling link":           func(dir, _ string) error { return os.Symlink("nowhere", dir+"/w1/nb.md") },
		"folder":                  func(dir, _ string) error { return os.Mkdir(dir+"/w1/nb.md", 0o755) },
		"pipe":                    func(dir, _ string) error { return syscall.Mkfifo(dir+"/w1/nb.md", 0o644) },
		"file for a folder": func(dir, _ string) error {
			return errors.Join(os.Remove(dir+"/w1"), os.WriteFile(dir+"/w1", nil, 0o644))
		},
		"folder that leads out": func(dir, secret string) error {
			return errors.Join(os.Remove(dir+"/w1"), os.Symlink(filepath.Dir(secret), dir+"/w1"))
		},
		"loop": func(dir, _ string) error {
			return errors.Join(os.Remove(dir+"/w1"), os.Symlink("w1", dir+"/w1"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			w := s.prepare(t)
			if err := mkdirAs(filepath.Join(w.Dir, "w1")); err != nil {
				t.Fatal(err)
			}
			if err := obstruct(w.Dir, s.secret); err != nil {
				t.Fatal(err)
			}
			copied, err := w.Copy(source(t), "w1/nb.md")
			if copied || nbhosting.KindOf(err) != nbhosting.Conflict {
				t.Errorf("got %v, %v; want a conflict", copied, err)
			}
			if strings.Contains(nbhosting.MessageOf(err), s.dir) {
				t.Errorf("the message shows a path of the host: %s", nbhosting.MessageOf(err))
			}
			if got, _ := os.ReadFile(s.secret); string(got) != "theirs" {
				t.Errorf("the secret is now %q", got)
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(s.secret), "nb.md")); err == nil {
				t.Error("a file was made outside")
			}
		})
	}
}

func TestCopyWhereTheStudentMayNotWrite(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs a folder of somebody else's")
	}
	w := newSite(t).prepare(t)
	if err := os.Mkdir(filepath.Join(w.Dir, "w1"), 0o755); err != nil { // root's
		t.Fatal(err)
	}
	if _, err := w.Copy(source(t), "w1/nb.md"); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("got %v: the student's rights were exceeded", err)
	}
}

func TestCopyOntoAFullDiskLeavesNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	dir := filepath.Join(t.TempDir(), "students")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	all, err := workspace.New(dir, fixedUIDs(uid), 100000, 199999)
	if err != nil {
		t.Fatal(err)
	}
	w, err := all.Prepare(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	big, err := fstest.MapFS{"nb": {Data: make([]byte, 1<<20), Mode: 0o644}}.Open("nb")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Copy(big, "nb.ipynb"); nbhosting.KindOf(err) != nbhosting.Unavailable {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(w.Dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if _, err := w.Copy(source(t), "nb.ipynb"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestFindTakesFilesOnly(t *testing.T) {
	s := newSite(t)
	w := s.prepare(t)
	if err := errors.Join(
		os.Mkdir(w.Dir+"/a.py", 0o755), os.Symlink(s.secret, w.Dir+"/a.ipynb"), os.WriteFile(w.Dir+"/a.md", nil, 0o644),
		syscall.Mkfifo(w.Dir+"/pipe", 0o644), os.Symlink("a.md", w.Dir+"/link"), os.Symlink("loop", w.Dir+"/loop"),
	); err != nil {
		t.Fatal(err)
	}
	got, err := s.all.Find(key, []string{"link", "a.py", "a.ipynb", "a.md", "pipe", "loop", "a.md/x", "../../../secret", "b.md"})
	if diff := cmp.Diff([]string{"link", "a.md"}, got); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, student := range []nbhosting.Student{"nobody", "file"} {
		if got, err := s.all.Find(nbhosting.Key{Course: "tour", Student: student}, []string{"a.md"}); got != nil || err != nil {
			t.Errorf("%s: got %q, %v", student, got, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(s.dir, "nobody")); err == nil {
		t.Error("looking made a home")
	}
}

func TestPeekReadsTheStudentsFilesOnly(t *testing.T) {
	s := newSite(t)
	w := s.prepare(t)
	if err := errors.Join(
		os.WriteFile(w.Dir+"/a.md", []byte("# title"), 0o644), os.WriteFile(w.Dir+"/locked.md", []byte("root's"), 0o600),
		os.Mkdir(w.Dir+"/folder.md", 0o755), syscall.Mkfifo(w.Dir+"/pipe.md", 0o666), os.Symlink(s.secret, w.Dir+"/out.md"),
		os.Symlink("../../../secret", w.Dir+"/up.md"), os.Symlink("/dev/zero", w.Dir+"/zero.md"),
	); err != nil {
		t.Fatal(err)
	}
	if got, err := s.all.Peek(key, "a.md", 3); string(got) != "# t" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	refused := []string{"absent.md", "folder.md", "pipe.md", "out.md", "up.md", "zero.md", "../../../secret"}
	if os.Getuid() == 0 {
		refused = append(refused, "locked.md")
	}
	for _, file := range refused {
		if got, err := s.all.Peek(key, file, 100); err == nil {
			t.Errorf("%s: got %q", file, got)
		}
	}
}

func TestLinks(t *testing.T) {
	w := newSite(t).prepare(t)
	if err := errors.Join(
		mkdirAs(w.Dir+"/w1"), os.WriteFile(w.Dir+"/w1/media", []byte("mine"), 0o644), os.Symlink("/old/data", w.Dir+"/w1/data"),
	); err != nil {
		t.Fatal(err)
	}
	mappings := []nbhosting.StaticMapping{{Source: "data", Destination: "data"}, {Source: "media", Destination: "media"}, {Source: "rise.css", Destination: "media/rise.css"}}
	for range 2 {
		if err := w.Link("w1/nb.md", "/home/jovyan/static", mappings); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"data": "/home/jovyan/static/data", "rise.css": "/home/jovyan/static/media/rise.css"} {
		if got, err := os.Readlink(filepath.Join(w.Dir, "w1", name)); got != want {
			t.Errorf("%s leads to %q, %v", name, got, err)
		}
		wantOwner(t, filepath.Join(w.Dir, "w1", name))
	}
	if got, _ := os.ReadFile(w.Dir + "/w1/media"); string(got) != "mine" {
		t.Errorf("the student's own file is now %q", got)
	}
}

// mkdirAs makes a folder of the student's.
func mkdirAs(path string) error {
	if err := os.Mkdir(path, 0o755); err != nil || os.Getuid() != 0 {
		return err
	}
	return os.Chown(path, uid, uid)
}
